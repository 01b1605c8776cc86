"""Requests: what becomes of the parameters, LangChain's `model_kwargs`."""

import json
import math
from contextlib import suppress
from copy import deepcopy
from typing import Any

from azureml_contract.attempts import asked_or_none, body_or_none, json_or_none
from azureml_contract.broken import UNSAID, Broken, Raised, Refused
from azureml_contract.check import check
from azureml_contract.corpus import PARAMETERS
from azureml_contract.difference import same, shown
from azureml_contract.generators import parameters
from azureml_contract.placement import Placement
from azureml_contract.search import Search
from azureml_contract.strictness import constant
from azureml_contract.wire import Wire
from azureml_emulator.places import all_places, value_at, with_value

_LABELS = ("you passed", "server decodes")
_PROMPT = "the prompt that was passed"
_OTHER = "another prompt"


@check("R04", "kwargs-roundtrip")
def kwargs_roundtrip(subject: Any, wire: Wire, search: Search) -> None:
    """The parameters that the endpoint decodes are those you passed, types included, and no others.

    `temperature` 0 is what makes a model repeatable, and the first to be lost where somebody wrote `if value:`
    (litellm#822, langchain-aws#832, ragflow#15388). Parameters in the wrong place are lost without a word: servers
    ignore what they do not know (langchain#7731). Put them where the endpoint's documentation does, all of them, as
    they are.
    """
    formatter = subject()
    placement = Placement(wire)
    if asked_or_none(wire, body_or_none(formatter, _PROMPT)) is None:
        return

    def holds(passed: dict[str, Any]) -> None:
        if not placement.takes(passed):
            return
        body = formatter.body(_PROMPT, deepcopy(passed))
        try:
            decoded = dict(wire.asked(body).parameters)
        except Refused as refused:
            raise Broken(f"With these parameters, {refused}.", passed, passed, body=body, labels=_LABELS) from None
        if not same({**placement.added, **passed}, decoded):
            summary = "The parameters that the endpoint decodes are not those you passed."
            raise Broken(summary, passed, passed, decoded, body, _LABELS)

    search(holds, PARAMETERS, parameters())


@check("R05", "reserved-key")
def reserved_key(subject: Any, wire: Wire, search: Search) -> None:
    """A parameter that is called like one of the body's own fields raises ValueError, or leaves the prompt alone.

    Where parameters stand beside the prompt, as on serverless endpoints, `{"prompt": prompt, **model_kwargs}` lets
    one replace it, and the model answers something that nobody asked. Look for such names before you merge.
    """
    formatter = subject()
    usual = body_or_none(formatter, _PROMPT)
    asked = asked_or_none(wire, usual)
    if usual is None or asked is None:
        return

    def holds(passed: dict[str, Any]) -> None:
        (name,) = passed
        try:
            body = formatter.body(_PROMPT, deepcopy(passed))
        except Raised as raised:
            if isinstance(raised.error, ValueError | TypeError):
                return
            summary = f"A parameter called {name!r} raised {raised.name}, which is no ValueError."
            raise raised.broken(passed, summary) from None
        now = asked_or_none(wire, body)
        if now is None and _stands(json_or_none(usual), json_or_none(body)):
            return
        if now is None or (now.prompts, now.messages) != (asked.prompts, asked.messages):
            got = now.prompts[0] if now and len(now.prompts) == 1 else UNSAID if now is None else now.prompts
            summary = f"A parameter called {name!r} replaced your prompt: {shown(passed)}."
            raise Broken(summary, passed, _PROMPT, got, body, _LABELS)

    search(holds, [{name: _evil(wire, name)} for name in wire.reserved])
    search(holds, [{name: None} for name in wire.reserved])


def _evil(wire: Wire, name: str) -> Any:
    """Give a value for a field, of its usual form, which says something else."""
    document = wire.example
    for prompt in wire.read(document).prompts:
        for place in all_places(document):
            if isinstance(value_at(document, place), str) and value_at(document, place) == prompt:
                document = with_value(document, place, _OTHER)
    found = next((place for place in all_places(document) if place and place[-1] == name), None)
    return _OTHER if found is None else value_at(document, found)


def _stands(before: Any, after: Any) -> bool:
    """Tell whether the prompt stands where it stood."""
    places = [place for place in all_places(before) if value_at(before, place) == _PROMPT]
    try:
        return bool(places) and all(value_at(after, place) == _PROMPT for place in places)
    except LookupError:
        return False


@check("R06", "no-mutation")
def no_mutation(subject: Any, wire: Wire, search: Search) -> None:
    """The parameters you pass are the same after the call as they were before.

    They belong to the caller, who passes them again: what one call takes out of them is missing from the next
    (mem0#5580, instructor#2417, litellm#6156). Copy first: `dict(model_kwargs)`, or `{**model_kwargs, ...}`; what is
    nested in them needs a copy of its own before it is changed.
    """
    formatter = subject()

    def holds(passed: dict[str, Any]) -> None:
        given = deepcopy(passed)
        with suppress(Broken, Raised):
            formatter.body(_PROMPT, given)
        if not same(passed, given):
            summary = "Your parameters are not the same after the call."
            raise Broken(summary, passed, passed, given, labels=("before", "after"))

    search(holds, [*PARAMETERS, {name: one for some in PARAMETERS for name, one in some.items()}])


_NOT_FINITE = (math.nan, math.inf, -math.inf)


@check("R09", "non-finite")
def non_finite(subject: Any, wire: Wire, search: Search) -> None:
    """A parameter that is NaN or infinite raises ValueError, or leaves the body JSON.

    Python writes them as the bare words NaN and Infinity, which JSON does not know: the endpoint answers 400, or 500,
    and names a column instead of the parameter (apify-client-python#87, lightning-python#34).
    `json.dumps(..., allow_nan=False)` raises the ValueError.
    """
    formatter = subject()

    def holds(passed: dict[str, Any]) -> None:
        try:
            body = formatter.body(_PROMPT, deepcopy(passed))
        except Raised as raised:
            if isinstance(raised.error, ValueError | TypeError):
                return
            summary = f"A parameter that is not finite raised {raised.name}, which is no ValueError."
            raise raised.broken(passed, summary) from None
        if word := constant(body):
            raise Broken(f"The body has the bare word {word}, which is not JSON.", passed, body=body)

    usual = body_or_none(formatter, _PROMPT, {"temperature": 0.5, "stop": ["a"]})
    if usual is not None and json_or_none(usual) is not None:
        alone: list[dict[str, Any]] = [{"temperature": one} for one in _NOT_FINITE]
        search(
            holds, alone + [{"stop": [one]} for one in _NOT_FINITE] + [{"top_p": {"a": [one]}} for one in _NOT_FINITE]
        )


_NO_JSON: tuple[dict[str, Any], ...] = (
    {"temperature": {1, 2}},
    {"temperature": object()},
    {"temperature": b"bytes"},
    {"temperature": 1j},
    {"stop": [{1, 2}]},
)


@check("R12", "unserialisable")
def unserialisable(subject: Any, wire: Wire, search: Search) -> None:
    """A parameter that JSON has no form for raises TypeError or ValueError; it is not sent as a text, nor left out.

    `json.dumps(..., default=str)` makes the set {1, 2} the text "{1, 2}", which the model ignores, or takes for a
    stop sequence. Without `default`, `json.dumps` raises a TypeError that says which type it was.
    """
    formatter = subject()
    usual = json_or_none(body_or_none(formatter, _PROMPT))
    others = [json_or_none(body_or_none(formatter, _PROMPT, one)) for one in ({"temperature": 1}, {"stop": ["a"]})]
    again = json_or_none(body_or_none(formatter, _PROMPT))
    if usual is None or any(same(usual, one) for one in others) or not same(usual, again):
        return  # parameters are lost altogether, which R04 says; or nothing stays as it was, which R07 says

    def holds(passed: dict[str, Any]) -> None:
        try:
            body = formatter.body(_PROMPT, deepcopy(passed))
        except Raised as raised:
            if isinstance(raised.error, TypeError | ValueError):
                return
            summary = f"A parameter that JSON has no form for raised {raised.name}, neither TypeError nor ValueError."
            raise raised.broken(passed, summary) from None
        fate = _fate(usual, body)
        if fate:
            raise Broken(f"A parameter that JSON has no form for was {fate}.", passed, body=body)

    search(holds, _NO_JSON)


def _fate(usual: Any, body: bytes) -> str:
    """Say what became of a value, beside what a body usually has; nothing if it became a list, object or number."""
    try:
        document = json.loads(body)
    except ValueError:
        return "sent in a body that is not JSON"
    if same(usual, document):
        return "left out"
    known = [value_at(usual, place) for place in all_places(usual)]
    for place in all_places(document):
        value = value_at(document, place)
        if (value is None or isinstance(value, str)) and value not in known:
            return "sent as null" if value is None else f"sent as the text {value!r}"
    return ""
