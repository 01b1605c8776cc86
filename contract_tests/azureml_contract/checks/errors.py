"""Responses: errors that come in the place of an answer."""

import json
from typing import Any

from azureml_contract.broken import UNSAID, Broken, Raised, Told
from azureml_contract.check import check
from azureml_contract.difference import shown
from azureml_contract.formatter import text_of
from azureml_contract.refusal import meant, refused
from azureml_contract.search import Search
from azureml_contract.wire import Wire
from azureml_emulator.places import Place, value_at, with_value
from azureml_emulator.places import shown as shown_place

_WHAT = "the model is out of memory"
_ENVELOPES: tuple[Any, ...] = (
    {"error": _WHAT},
    {"error": {"code": "out_of_memory", "message": _WHAT}},
    {"message": _WHAT},
    {"detail": _WHAT},
    {"detail": [{"loc": ["body"], "msg": _WHAT}]},
    [{"error": _WHAT}],
)
_CALL = {"id": "call_1", "type": "function", "function": {"name": "forecast", "arguments": "{}"}}
_LONGEST = 2_000
_MARK = "the-reason-of-the-server"


@check("S06", "error-envelope")
def error_envelope(subject: Any, wire: Wire, search: Search) -> None:
    """An error that comes with status 200 raises a ValueError, and so does null in the place of the text.

    A score.py that catches its own exceptions returns them as an answer, and some gateways do (MLOpsPython#110,
    litellm#40578). Look for the text where it belongs, and take nothing else for it. Of a chat, null is the content
    beside calls of tools, or after a content filter: an empty text or a `ValueError` are both right for these, and an
    `AttributeError`, or the text `None`, is not.
    """
    formatter = subject()

    def holds(envelope: Any) -> None:
        refused(formatter, _written(envelope), "An error as an answer")

    search(holds, [one for one in _ENVELOPES if not meant(wire, one)])
    nothing = with_value(wire.write(""), wire.text_at, None)
    # Of several parts of a message, one that says nothing may be passed over.
    allowed = {""} if wire.parts_at else set()
    refused(formatter, _written(nothing), f"An answer with null as {shown_place(wire.text_at)}", allowed)
    if wire.chat and wire.choices_at is not None and isinstance(wire.text_at[-1], str):
        choice_at = (*wire.choices_at, 0)
        filtered = _with(nothing, choice_at, "finish_reason", "content_filter")
        calling = _with(nothing, choice_at, "finish_reason", "tool_calls")
        calling = _with(calling, wire.text_at[:-1], "tool_calls", [_CALL])
        _without_words(formatter, _written(filtered), "content_filter")
        _without_words(formatter, _written(calling), "tool_calls")


def _with(document: Any, place: Place, name: str, value: Any) -> Any:
    """Give a copy in which the object at a place has a field."""
    return with_value(document, place, {**value_at(document, place), name: value})


def _without_words(formatter: Any, body: bytes, reason: str) -> None:
    """Let a formatter give an empty text, or none in an object, or refuse the answer."""
    told = f"Content that is null because of {reason!r}"
    try:
        given = formatter.response(body)
    except Raised as raised:
        if isinstance(raised.error, ValueError):
            return
        raise raised.broken(body, f"{told} raised {raised.name}.") from None
    if given is None or text_of(given):
        raise Broken(f"{told} gave {shown(text_of(given))}.", body, UNSAID, given)


@check("S10", "error-shows-cause")
def error_shows_cause(subject: Any, wire: Wire, search: Search) -> None:
    """The error about an answer that cannot be read shows a piece of that answer, and not all of a long one.

    The answer is the only thing that says what went wrong, and it is gone when the error does not show it
    (langchain#28478). Put the first few hundred characters of it into the error's text: less than 2,000, for the rest
    of a long page drowns everything else in a log.
    """
    formatter = subject()

    def holds(body: bytes) -> None:
        told = _told_of(formatter, body)
        if told is None:
            return  # that there is no error is said by other checks
        if _MARK not in told:
            raise Broken(
                "The error does not show what the server sent.", body, UNSAID, Told(told), labels=("", "it says")
            )
        if len(told) > _LONGEST:
            summary = f"The error is {len(told):,} characters long: it shows all that the server sent."
            raise Broken(summary, body, UNSAID, Told(told), labels=("", "it says"))

    error, page = {"error": {"message": _MARK}}, f"<html><title>{_MARK}</title><body>"
    long = {"error": {"message": _MARK, "trace": ["in a file"] * 20_000}}
    search(holds, [_written(error), page.encode(), _written(long), (page + "a long page " * 20_000).encode()])


def _told_of(formatter: Any, body: bytes) -> str | None:
    """Give what the error about a body says, its notes included; None if there is no error."""
    try:
        formatter.response(body)
    except Raised as raised:
        return "\n".join([str(raised.error), *getattr(raised.error, "__notes__", ())])
    return None


def _written(document: Any) -> bytes:
    return json.dumps(document).encode()
