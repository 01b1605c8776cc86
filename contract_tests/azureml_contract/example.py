"""A wire schema of one's own, drawn from an example: a request, its answer, and where in them the texts stand."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azureml_contract.broken import Refused
from azureml_contract.wire import Asked, Wire
from azureml_emulator import places
from azureml_emulator.places import Place, all_places, shown, value_at, with_value


class BadExample(ValueError):
    """An example is not what it should be; the text names the file, the place and what was found."""


@dataclass(frozen=True)
class Example:
    """Two files and some places in them, each written as `$.inputs[0]`.

    The prompt stands at `prompt_at`, or the conversation, a list of messages with role and content, at `messages_at`.
    The answer's text stands at `text_at`. `parameters_at` is the object that takes parameters; where that is not
    said, it is the one object of the request that is called `parameters` or `params`.
    """

    request: str
    response: str
    text_at: str
    prompt_at: str = ""
    messages_at: str = ""
    parameters_at: str = ""

    def wire(self, api_type: str = "") -> Wire:
        """Draw the wire. Raises `BadExample`."""
        request, response = _document(self.request), _document(self.response)
        if bool(self.prompt_at) == bool(self.messages_at):
            raise BadExample(f"{self.request}: expected the place of the prompt or that of the messages, one of them")
        asked_at = _place(self.request, self.prompt_at or self.messages_at, request)
        text_at = _place(self.response, self.text_at, response)
        _expect(isinstance(value_at(response, text_at), str), self.response, text_at, response, "a text")
        asked = value_at(request, asked_at)
        if self.messages_at:
            _expect(_is_conversation(asked), self.request, asked_at, request, "messages with role and content")
        else:
            _expect(isinstance(asked, str), self.request, asked_at, request, "a text")
        return Wire(
            Path(self.request).name,
            api_type or "dedicated",
            _reader(request, asked_at, bool(self.messages_at), self.parameters_place(request)),
            lambda text: with_value(response, text_at, text),
            text_at,
            request,
            bool(self.messages_at),
            tuple(step for step in asked_at if isinstance(step, str)),
        )

    def parameters_place(self, request: Any = None) -> Place | None:
        """Give the place of the parameters, or None where nothing says it. Raises `BadExample`."""
        request = _document(self.request) if request is None else request
        if self.parameters_at:
            place = _place(self.request, self.parameters_at, request)
            _expect(isinstance(value_at(request, place), dict), self.request, place, request, "an object")
            return place
        named = [place for place in all_places(request) if place and place[-1] in ("parameters", "params")]
        found = [place for place in named if isinstance(value_at(request, place), dict)]
        return found[0] if len(found) == 1 else None


def _document(path: str) -> Any:
    try:
        return json.loads(Path(path).read_bytes())
    except OSError as error:
        raise BadExample(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:  # also that of bytes that are no UTF-8
        raise BadExample(f"{path}: expected JSON, but {error}") from None


def _place(path: str, text: str, document: Any) -> Place:
    try:
        place = places.parse(text)
    except ValueError as error:
        raise BadExample(f"{path}: {error}") from None
    for number in range(len(place)):
        try:
            value_at(document, place[: number + 1])
        except LookupError as error:
            around = value_at(document, place[:number])
            raise BadExample(f"{path}: {error}; {shown(place[:number])} is {_kind(around)}") from None
    return place


def _expect(holds: bool, path: str, place: Place, document: Any, what: str) -> None:
    if not holds:
        raise BadExample(f"{path}: expected {what} at {shown(place)}, found {_kind(value_at(document, place))}")


def _kind(value: Any) -> str:
    """Say what a JSON value is, for somebody who looks for something else there."""
    match value:
        case dict():
            names = ", ".join(map(json.dumps, list(value)[:8]))
            return f"an object with {names}{', ...' if len(value) > 8 else ''}" if value else "an empty object"
        case list():
            return f"a list of {len(value)}"
        case str():
            return f"the text {json.dumps(value[:40])}{'...' if len(value) > 40 else ''}"
    return json.dumps(value)


def _is_conversation(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_message, value))


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("role"), str) and "content" in value


def _reader(request: Any, asked_at: Place, chat: bool, parameters_at: Place | None) -> Callable[[Any], Asked]:
    """Make what reads a request; a list that has nothing but the prompt in it takes any number of prompts."""
    several = not chat and asked_at[-1:] == (0,) and len(value_at(request, asked_at[:-1])) == 1

    def read(document: Any) -> Asked:
        parameters = _parameters(document, parameters_at, asked_at)
        if chat:
            messages = _found(document, asked_at)
            if not _is_conversation(messages):
                raise Refused(f"{shown(asked_at)} is {_kind(messages)}, not messages with role and content")
            return Asked((_text(messages[-1]["content"]),), tuple(messages), parameters)
        prompts = _found(document, asked_at[:-1]) if several else [_found(document, asked_at)]
        for number, one in enumerate(prompts if isinstance(prompts, list) else [prompts]):
            if not isinstance(prompts, list) or not isinstance(one, str):
                place = (*asked_at[:-1], number) if several and isinstance(prompts, list) else asked_at
                raise Refused(f"{shown(place)} is {_kind(one)}, not a text")
        return Asked(tuple(prompts), (), parameters)

    return read


def _found(document: Any, place: Place) -> Any:
    try:
        return value_at(document, place)
    except LookupError as error:
        raise Refused(str(error)) from None


def _text(content: Any) -> str:
    """Give the text of a message's content: a string, or the text parts of a list."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))


def _parameters(document: Any, place: Place | None, asked_at: Place) -> Mapping[str, Any]:
    """Give the parameters; of an object that holds the prompt too, whatever is not on the way to it."""
    if place is None:
        return {}
    try:
        found = value_at(document, place)
    except LookupError:
        return {}
    if not isinstance(found, dict):
        raise Refused(f"{shown(place)} is {_kind(found)}, not an object of parameters")
    inner = asked_at[len(place)] if asked_at[: len(place)] == place and len(asked_at) > len(place) else None
    return {name: value for name, value in found.items() if name != inner}
