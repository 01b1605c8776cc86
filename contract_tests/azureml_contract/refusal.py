"""Whether a formatter refuses an answer that holds no text: with a `ValueError`, by chance, or not at all."""

from collections.abc import Collection
from typing import Any

from azureml_contract.broken import UNSAID, Broken, Raised, Refused
from azureml_contract.difference import shown
from azureml_contract.formatter import TO_TEXT, Formatter, text_of
from azureml_contract.wire import Wire


def refused(formatter: Formatter, body: bytes, told: str, allowed: Collection[str] = ()) -> None:
    """Raise `Broken` unless a body is refused with a `ValueError`, or read as one of the texts that are `allowed`.

    `told` is what the summary calls the body, as the subject of a sentence.
    """
    try:
        given = formatter.response(body)
    except Raised as raised:
        if not isinstance(raised.error, ValueError):
            summary = f"{told} raised {raised.name}, where a ValueError is due."
            raise raised.broken(body, summary) from None
        return
    text = text_of(given)
    if text is None:
        kind = "None" if given is None else f"a value of the type {type(given).__name__}"
        raise Broken(f"{told} gave {kind}, where a ValueError is due.", body, UNSAID, given)
    if text not in allowed:
        due = f"{shown(min(allowed, key=len))} or a ValueError" if allowed else "a ValueError"
        raise Broken(f"{told} silently gave {shown(text)}, where {due} is due.", body, UNSAID, text)


def meant(wire: Wire, document: Any) -> set[str]:
    """Give the text that a JSON value answers with, alone in a set that is empty if it answers with none."""
    try:
        return {wire.text(document)}
    except Refused:
        return set()


def outcome(formatter: Formatter, body: bytes) -> str:
    """Tell what comes of a body in a form that can be compared: the text, or what came in its place."""
    try:
        given = formatter.response(body)
    except Raised as raised:
        return f"{TO_TEXT} raised {raised.name}"
    text = text_of(given)
    return f"{TO_TEXT} returned a value of the type {type(given).__name__}" if text is None else text
