"""Requests: what becomes of the prompt."""

from copy import deepcopy
from time import thread_time
from typing import Any

from azureml_contract.attempts import asked_or_none, body_or_none
from azureml_contract.broken import Broken, Raised, Refused, Told
from azureml_contract.check import check
from azureml_contract.corpus import SURROGATES, TEXTS
from azureml_contract.generators import texts
from azureml_contract.search import Search
from azureml_contract.strictness import flaw
from azureml_contract.wire import Wire
from azureml_emulator.places import all_places, value_at, with_value

_LABELS = ("you passed", "server decodes")
_WORD = "word"


@check("R03", "prompt-roundtrip")
def prompt_roundtrip(subject: Any, wire: Wire, search: Search) -> None:
    """The prompt that the endpoint decodes is the prompt you passed.

    A model that sees quotes and backslashes which nobody wrote answers something else, and nothing tells you so: the
    status is 200. Hand the text to `json.dumps` as it is, and escape nothing yourself (langchain#16119, #26680).
    """
    formatter = subject()

    def holds(prompt: str) -> None:
        body = formatter.body(prompt)
        try:
            decoded = wire.prompt(body)
        except Refused as refused:
            raise Broken(f"The endpoint finds no prompt in the body: {refused}.", prompt, prompt, body=body) from None
        if decoded != prompt:
            summary = "The prompt that the endpoint decodes is not the prompt you passed."
            raise Broken(summary, prompt, prompt, decoded, body, _LABELS)

    search(holds, filter(None, TEXTS), texts().filter(bool))  # the empty prompt has a check of its own: R15


@check("R10", "lone-surrogate")
def lone_surrogate(subject: Any, wire: Wire, search: Search) -> None:
    """Half of a surrogate pair raises ValueError, or is sent as an escape in UTF-8.

    It is what is left of an emoji that was cut in two, and it has no UTF-8. An error that callers do not expect ends
    their program; bytes that are no UTF-8 are refused far from where they were made (aider#3693, litellm#24196).
    `json.dumps` escapes it; with `ensure_ascii=False`, `.encode()` raises UnicodeEncodeError, which is a ValueError.
    """
    formatter = subject()
    plain = [body_or_none(formatter, _WORD), body_or_none(formatter, _WORD, {"stop": [_WORD]})]

    def holds(case: tuple[str, dict[str, Any]]) -> None:
        prompt, parameters = case
        usual = plain[bool(parameters)]
        if usual is None or flaw(usual):
            return
        try:
            body = formatter.body(prompt, deepcopy(parameters))
        except Raised as raised:
            if isinstance(raised.error, ValueError):
                return
            summary = f"A lone surrogate raised {raised.name}, which is no ValueError."
            raise raised.broken(parameters or prompt, summary) from None
        if wrong := flaw(body):
            shown = parameters or prompt
            raise Broken(f"A lone surrogate makes a body that is not JSON: {wrong}.", shown, body=body)

    search(holds, [(one, {}) for one in SURROGATES] + [(_WORD, {"stop": [one]}) for one in SURROGATES])


@check("R14", "prompt-type")
def prompt_type(subject: Any, wire: Wire, search: Search) -> None:
    """A prompt that is no text raises TypeError or ValueError.

    `None` comes from a lookup that found nothing. If it is sent, the model answers "None"; if it raises
    AttributeError, the reader looks for a bug in your code. Test `isinstance(prompt, str)` first.
    """
    formatter = subject()
    if body_or_none(formatter, _WORD) is None:
        return

    def holds(prompt: Any) -> None:
        kind = "None" if prompt is None else f"a prompt of type {type(prompt).__name__}"
        try:
            made = formatter.request(prompt)
        except Raised as raised:
            if isinstance(raised.error, TypeError | ValueError):
                return
            summary = f"{kind[0].upper()}{kind[1:]} raised {raised.name}, neither TypeError nor ValueError."
            raise raised.broken(prompt, summary) from None
        except (TypeError, ValueError):  # a message of LangChain's takes no such content: the formatter never sees it
            return
        raise Broken(
            f"{kind[0].upper()}{kind[1:]} was taken for a text.", prompt, Told("TypeError or ValueError"), made
        )

    search(holds, [5, b"a", object()] if wire.chat else [None, 5, b"a", ["a"]])  # messages of parts have M03


@check("R15", "empty-prompt")
def empty_prompt(subject: Any, wire: Wire, search: Search) -> None:
    """The empty prompt arrives as the empty text.

    It is neither null nor missing, and not a pair of quotes. `if prompt:` and `prompt or None` are what loses it;
    `is None` is what was meant.
    """
    formatter = subject()
    usual = asked_or_none(wire, body_or_none(formatter, _WORD))
    if usual is None or len(usual.prompts) != 1 or not _takes_nothing(wire):
        return
    expected = usual.prompts[0].replace(_WORD, "")  # what is added to any prompt is what R03 looks for
    body = formatter.body("")
    try:
        decoded = wire.prompt(body)
    except Refused as refused:
        raise Broken(f"The endpoint finds no prompt in the body: {refused}.", "", "", body=body) from None
    if decoded not in ("", expected):
        raise Broken("The empty prompt does not arrive empty.", "", "", decoded, body, _LABELS)


def _takes_nothing(wire: Wire) -> bool:
    """Tell whether the endpoint takes an empty prompt: in the place of its example's."""
    for prompt in wire.read(wire.example).prompts:
        for place in all_places(wire.example):
            if value_at(wire.example, place) == prompt:
                try:
                    return "" in wire.read(with_value(wire.example, place, "")).prompts
                except Refused:
                    return False
    return False


@check("R11", "big-linear")
def big_linear(subject: Any, wire: Wire, search: Search) -> None:
    """A prompt of a million characters arrives whole, in time that grows as its length does.

    A limit that somebody wrote for a test cuts the prompt off, and the model answers half a question. A text that is
    built character by character takes a hundred times as long when it is ten times longer; `json.dumps` does not.
    """
    formatter = subject()
    asked = asked_or_none(wire, body_or_none(formatter, _long(100)))
    if asked is None or len(asked.prompts) != 1:
        return
    usual: list[float] = []
    for length in (10_000, 30_000, 100_000, 300_000, 1_000_000):
        prompt = _long(length)
        took = _seconds(formatter, prompt)
        if len(usual) >= 2:
            took = _linear(formatter, prompt, took, usual[-2])
        usual.append(max(_FLOOR, took))
    _whole(formatter, wire, prompt)


_FACTOR, _FLOOR, _PATIENCE = 60, 0.002, 1.0
"""How much longer ten times the length may take; how many seconds count as none, and how many make it sure."""


def _long(length: int) -> str:
    return ("some words, " * (length // 12 + 1))[:length].replace(" ", "-")


def _whole(formatter: Any, wire: Wire, prompt: str) -> None:
    body = formatter.body(prompt)
    asked = asked_or_none(wire, body)
    decoded = "" if asked is None or len(asked.prompts) != 1 else asked.prompts[0]
    if prompt not in decoded:
        summary = f"A prompt of {len(prompt)} characters does not arrive whole."
        raise Broken(summary, prompt, prompt, decoded, body, _LABELS)
    if len(body) >= 12 * len(prompt):
        ratio = len(body) // len(prompt)
        raise Broken(f"The body is {ratio} times as long as its prompt of {len(prompt)} characters.", prompt)


def _linear(formatter: Any, prompt: str, took: float, usual: float) -> float:
    """Compare with a prompt of a tenth of the length; measure again if that goes badly, others use the machine."""
    spent = took
    while took >= _FACTOR * usual:
        if spent > _PATIENCE:
            raise Broken(f"A prompt ten times longer takes {took / usual:.0f} times as long.", prompt)
        again = _seconds(formatter, prompt)
        took, spent = min(took, again), spent + max(again, _PATIENCE / 4)
    return took


def _seconds(formatter: Any, prompt: str) -> float:
    """Give the processor's seconds, which do not count those that others use."""
    begun = thread_time()
    formatter.request(prompt)
    return thread_time() - begun
