"""Answers with gaps, which are filled from what was asked."""

import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic.dataclasses import dataclass

from azureml_emulator.answers.ask import SECRET, Ask
from azureml_emulator.answers.source import STRICT, DecidingSource, Decision
from azureml_emulator.schema import Answer, Prompt, text_of
from azureml_emulator.spelling import nearest

_GAP = re.compile(r"\$(?:(?P<dollar>\$)|(?P<bare>[a-z]+)|\{(?P<braced>[^{}]*)\})?")

GAPS: Mapping[str, tuple[str, Callable[["Template", Ask], Any]]] = MappingProxyType(
    {
        "prompt": ("the prompt, decoded; for chat, the last message", lambda _, ask: ask.prompt.text),
        "system": ("for chat, what the system messages say", lambda _, ask: system_of(ask.prompt)),
        "number": ("how often this template has answered, from 1", lambda template, ask: ask.turn(template)),
        "arrival": ("how often this very request has come, from 1", lambda _, ask: ask.occasion.arrival),
        "choice": (
            "the number of this answer among those to one prompt (`n`), from 1",
            lambda _, ask: ask.choice + 1,
        ),
        "endpoint": ("the endpoint's name", lambda _, ask: ask.endpoint),
        "schema": ("the wire shape's name", lambda _, ask: ask.occasion.schema),
        "parameters": ("all generation parameters, as JSON", lambda _, ask: dict(ask.parameters)),
    }
)
"""The gaps that a template can have, each with what fills it; more follow a dot: `parameters.NAME`, `header.NAME`."""

_INNER = ("parameters", "header")


def system_of(prompt: Prompt) -> str:
    """Give what the system messages of a conversation say, a line for each."""
    said = [text_of(one.get("content")) for one in prompt.messages if one.get("role") in ("system", "developer")]
    return "\n".join(said)


def _known(text: str) -> str:
    for found in _GAP.finditer(text):
        if found["dollar"]:
            continue
        name = found["bare"] or found["braced"]
        if not name:
            raise ValueError(f"expected a name after the $ at character {found.start()}; a dollar sign is written $$")
        family, dot, inner = name.partition(".")
        if name not in GAPS and not (dot and inner and family in _INNER):
            known = [*GAPS, *(f"{one}.NAME" for one in _INNER)]
            raise ValueError(f"unknown gap {name!r}{nearest(name, known)}; expected one of {', '.join(known)}")
        if family == "header" and inner.lower() in SECRET:
            raise ValueError(f"the header {inner} carries a key, which no answer may show")
    return text


@dataclass(frozen=True, config=STRICT)
class Template(DecidingSource):
    """A `text` with gaps: `$prompt`, `${parameters.temperature}`, `${header.x-team}`, `$number`; `$$` is a dollar.

    What was not sent is nothing; what is no text is written as JSON. `$number` and `$arrival` go by the order of
    arrival.
    """

    example = MappingProxyType({"text": "You asked: $prompt (at a temperature of ${parameters.temperature})"})

    text: Annotated[str, AfterValidator(_known)]
    """The text. A name in it that stands for nothing is an error."""

    def decide(self, ask: Ask) -> Decision:
        return Decision(Answer(_GAP.sub(lambda found: self._filled(found, ask), self.text)))

    def _filled(self, found: re.Match[str], ask: Ask) -> str:
        if found["dollar"]:
            return "$"
        name = found["bare"] or found["braced"]
        family, dot, inner = name.partition(".")
        if not dot:
            value = GAPS[name][1](self, ask)
        elif family == "header":
            value = ask.occasion.headers.get(inner.lower())
        else:
            value = _within(ask.parameters, inner)
        return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def _within(value: Any, path: str) -> Any:
    """Follow a path of names with dots; None where it leads nowhere."""
    if isinstance(value, Mapping) and path in value:
        return value[path]
    name, dot, rest = path.partition(".")
    return _within(value.get(name), rest) if dot and isinstance(value, Mapping) else None
