"""Messages: contents that are no text, and roles that not every model has."""

from collections.abc import Mapping
from typing import Any

from azureml_contract.broken import UNSAID, Broken, Raised, Refused
from azureml_contract.check import check
from azureml_contract.conversation import document_of, values
from azureml_contract.difference import same
from azureml_contract.formatter import Formatter
from azureml_contract.messages import Said
from azureml_contract.search import Search
from azureml_contract.wire import Wire
from azureml_emulator.places import all_places, value_at

_URL = "https://example.com/harbour.png"
_FIRST = {"type": "text", "text": "How many boats are there?"}
_SECOND = {"type": "text", "text": "Count the small ones too."}
_IMAGE = {"type": "image_url", "image_url": {"url": _URL}}
_CONTENTS: tuple[list[dict[str, Any]], ...] = ([_FIRST], [_FIRST, _SECOND], [_FIRST, _IMAGE], [_IMAGE, _FIRST])


@check("M03", "multipart", chat=True)
def multipart(subject: Any, wire: Wire, search: Search) -> None:
    """Content that is a list of parts is carried whole, or raises a ValueError that names what it was.

    Callers that attach images pass lists, and so do some frameworks with nothing but text. An `AttributeError` about
    `replace` does not tell them what to do, and an image that is left out silently is answered by a model that has
    not seen it (langchain#28044, mem0#5223). Send the list as it is; or join its texts if there is nothing else in
    it; or raise a `ValueError` that says that a list, or a part of such a type, is not supported.
    """
    formatter = subject()

    def holds(parts: list[dict[str, Any]]) -> None:
        said = [Said("user", parts)]
        names = ("list", "part", *(part["type"].partition("_")[0] for part in parts))
        body = _body(formatter, said, names, "List content")
        if body is not None and not _whole(wire, parts, body):
            raise Broken(
                "The parts of a content that is a list do not all arrive.", parts, parts, _got(wire, body), body
            )

    search(holds, _CONTENTS)


def _body(formatter: Formatter, said: list[Said], names: tuple[str, ...], told: str) -> bytes | None:
    """Give the body of a conversation; None if it is refused with a `ValueError` that holds one of some names."""
    case = [one.as_dict() for one in said]
    try:
        return formatter.messages_body(said)
    except Raised as raised:
        if not isinstance(raised.error, ValueError):
            raise raised.broken(case, f"{told} raised {raised.name}, where a ValueError is due.") from None
        if not any(name in str(raised.error).lower() for name in names):
            raise raised.broken(case, f"{told} raised a ValueError that does not name it.") from None
    return None


def _whole(wire: Wire, parts: list[dict[str, Any]], body: bytes) -> bool:
    """Tell whether parts are carried: as they are, in another form, or, if they are but texts, as one text."""
    if any(isinstance(one, list) and same(one, parts) for one in values(body)):
        return True
    told = [part["text"] if part["type"] == "text" else _URL for part in parts]
    leaves = [one for one in values(body) if isinstance(one, str)]
    return set(told) <= set(leaves) or any(_joined(told, one) for one in leaves if _IMAGE not in parts)


def _joined(texts: list[str], whole: str) -> bool:
    """Tell whether a text is made of some others with but blanks between them."""
    for text in texts:
        before, found, whole = whole.partition(text)
        if before.strip() or not found:
            return False
    return not whole.strip()


def _got(wire: Wire, body: bytes) -> Any:
    """Give the content that the endpoint decodes."""
    try:
        return wire.asked(body).messages[-1].get("content")
    except (Refused, IndexError):
        return UNSAID


_RESULTS = (
    Said("tool", "It has 4 degrees there", (("tool_call_id", "call_1"),)),
    Said("function", "It has 4 degrees there", (("name", "forecast"),)),
)


@check("M04", "unsupported-role", chat=True)
def unsupported_role(subject: Any, wire: Wire, search: Search) -> None:
    """The message of a tool or a function is carried as such, or raises a ValueError that names its role.

    What a tool found is neither the user's word nor the model's: sent as one of theirs, or left out, it makes the
    model answer something else. Send the role, the content and, for a tool, the id of the call; or raise a
    `ValueError` that says which role is not supported, so that the caller need not guess it.
    """
    formatter = subject()

    def holds(said: Said) -> None:
        told = f"A message of the role {said.role!r}"
        body = _body(formatter, [Said("user", "How cold is it?"), said], (said.role,), told)
        if body is not None and not _as_result(said, document_of(body)):
            raise Broken(f"{told} does not arrive as one.", [said.as_dict()], said.role, _role_of(said, body), body)

    search(holds, _RESULTS)


def _as_result(said: Said, document: Any) -> bool:
    """Tell whether a result stands whole in something that is called so, a tool's beside the id of its call."""
    for place in all_places(document):
        if value_at(document, place) != said.content:
            continue
        around = [value_at(document, place[:depth]) for depth in range(len(place))]
        objects = [one for one in around if isinstance(one, dict)]
        named = any(said.role in str(one.get("role", "")).lower() for one in objects)
        called = said.role != "tool" or any("call_1" in one.values() for one in objects)
        if (named and called) or any(said.role in str(step) for step in place):
            return True
    return False


def _role_of(said: Said, body: bytes) -> Any:
    """Give the role of the message that holds a text, or nothing."""
    holders = (one for one in values(body) if isinstance(one, Mapping) and one.get("content") == said.content)
    return next((one.get("role", UNSAID) for one in holders), UNSAID)
