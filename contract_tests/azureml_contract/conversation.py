"""Conversations as an endpoint decodes them: who says what, in which order."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from azureml_contract.broken import UNSAID
from azureml_contract.messages import Said
from azureml_contract.wire import Wire
from azureml_emulator.places import all_places, value_at


class Turn(NamedTuple):
    """One message: its role, and its text, which is that of its parts if it has any."""

    role: str
    text: str


def turns(wire: Wire, body: bytes) -> list[Turn]:
    """Read the messages of a request's body. Raises `Refused`."""
    return [Turn(one.get("role", ""), spoken(one.get("content"))) for one in wire.asked(body).messages]


def spoken(content: Any) -> str:
    """Give the text of a message's content: a text, or the texts of its parts, joined."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))


def around(role: str, text: str) -> list[Said]:
    """Give the conversation, as short as servers take it, in which somebody says a text."""
    match role:
        case "system":
            return [Said("system", text), Said("user", "Hello")]
        case "assistant":
            return [Said("user", "Hello"), Said("assistant", text), Said("user", "Go on")]
    return [Said(role, text)]


def document_of(body: bytes) -> Any:
    """Give a body's JSON value; `UNSAID` if it has none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return UNSAID


def values(body: bytes) -> Iterator[Any]:
    """Give all values that stand in a body, from the outside in."""
    document = document_of(body)
    return (value_at(document, place) for place in all_places(document))


def carried(said: Sequence[Said], decoded: Sequence[Turn], body: bytes) -> str:
    """Tell which message of a conversation is not decoded in its place, by its role; nothing if all are.

    A system's text may be in the next user's message, in front of what the user says, in a user's message of its own,
    or whole in a field of its own: some models have no system role. Messages are recognised by texts that occur once.
    """
    if _in_place(said, decoded):
        return ""
    if not any(turn.role == "system" for turn in decoded):
        texts = [one for one in values(body) if isinstance(one, str)]
        spoken_by_others = [one for one in said if one.role != "system"]
        apart = all(one.content in texts for one in said if one.role == "system")
        if _merged(said, list(decoded)) or (apart and _in_place(spoken_by_others, decoded)):
            return ""
    return _lost(said, decoded)


def _in_place(said: Sequence[Said], decoded: Sequence[Turn]) -> bool:
    return len(said) == len(decoded) and all(map(_is, said, decoded))


def _is(one: Said, turn: Turn) -> bool:
    return one.role == turn.role and one.content in turn.text


def _merged(said: Sequence[Said], left: list[Turn]) -> bool:
    """Tell whether each system text stands in front of the next user's text, or in a user's message of its own."""
    waiting: list[str] = []
    for one in said:
        if one.role == "system":
            waiting.append(one.content)
            continue
        if waiting and left and _holds(left[0], waiting):
            if one.role == "user" and _holds(left[0], [*waiting, one.content]):
                left[0] = Turn("user", one.content)
            else:
                del left[0]
            waiting = []
        if waiting or not left or not _is(one, left.pop(0)):
            return False
    return not left if not waiting else len(left) == 1 and _holds(left[0], waiting)


def _holds(turn: Turn, texts: Sequence[str]) -> bool:
    """Tell whether a user says some texts in this order."""
    at = 0
    for text in texts:
        at = turn.text.find(text, at)
        if at < 0:
            return False
        at += len(text)
    return turn.role == "user"


def _lost(said: Sequence[Said], decoded: Sequence[Turn]) -> str:
    for number, one in enumerate(said, 1):
        called = f"message {number} ({one.role})"
        homes = [turn for turn in decoded if one.content in turn.text]
        if not homes:
            return f"{called} is missing"
        if len(homes) > 1:
            return f"{called} arrives {len(homes)} times"
        if any(other.content in homes[0].text for other in said if other is not one):
            return f"{called} is merged with another one"
        if homes[0].role != one.role:
            return f"{called} arrives as one of the role {homes[0].role!r}"
    if len(decoded) > len(said):
        return "a message is added that nobody said"
    return "the messages arrive in another order"
