"""Responses: answers that say the same in another form."""

import json
from collections.abc import Iterator
from typing import Any

from azureml_contract.broken import Broken, Raised
from azureml_contract.check import check
from azureml_contract.corpus import TEXTS
from azureml_contract.refusal import meant, outcome, refused
from azureml_contract.search import Search
from azureml_contract.wire import Wire
from azureml_emulator.places import all_places, shown, value_at, with_value

_SAID = "what the model said"
_LATER = "a_field_of_a_later_version"


@check("S02", "extra-fields")
def extra_fields(subject: Any, wire: Wire, search: Search) -> None:
    """A field that you do not know, at any depth of an answer, changes nothing.

    Servers are updated without your doing, and what they count and filter is told in new fields: a model of the
    answer that allows no others fails on the day of the update, and so does code that takes the first value of an
    object or counts its values. Take what you need by its name, and leave the rest unread.
    """
    formatter = subject()
    plain = formatter.text(wire.answer(_SAID))

    def holds(case: tuple[str, Any]) -> None:
        told, document = case
        body = json.dumps(document).encode()
        try:
            got = formatter.text(body)
        except Raised as raised:
            raise raised.broken(body, f"{told} raised {raised.name}.") from None
        if got != plain:
            raise Broken(f"{told} changed the text that you get.", body, plain, got, body, ("without it", "with it"))

    search(holds, _extended(wire.write(_SAID)))


def _extended(whole: Any) -> Iterator[tuple[str, Any]]:
    """Give what a change is called, and the changed value."""
    for place in all_places(whole):
        known = value_at(whole, place)
        if isinstance(known, dict):
            told = f"A new field in {shown(place) if place else 'the answer'}"
            for value in (None, "a text", {"a": [1]}):
                yield told, with_value(whole, place, {**known, _LATER: value})
                yield told, with_value(whole, place, {_LATER: value, **known})


@check("S07", "double-encoded")
def double_encoded(subject: Any, wire: Wire, search: Search) -> None:
    """An answer that is written as JSON twice gives its text, or raises a ValueError.

    A score.py that returns `json.dumps(...)` does so: the server writes what it returns as JSON once more, and the
    body is a string that holds the answer (MachineLearningNotebooks#49, MLOpsPython#110). Whoever indexes it as a
    list gets `[` for the model's text. Decode a string once more, or refuse it.
    """
    formatter = subject()

    def holds(text: str) -> None:
        once = json.dumps(wire.write(text))
        alone = outcome(formatter, once.encode())  # that it is the right text is said by other checks
        allowed = {text, alone} | meant(wire, once)
        refused(formatter, json.dumps(once).encode(), "An answer that is written as JSON twice", allowed)

    search(holds, [_SAID, *TEXTS])


@check("S12", "bytes-like")
def bytes_like(subject: Any, wire: Wire, search: Search) -> None:
    """An answer may be bytes or a bytearray.

    Which of the two a client has depends on how it reads: who collects pieces has a bytearray. `json.loads` takes
    both; tests like `isinstance(output, bytes)` and methods that only bytes have do not.
    """
    formatter = subject()

    def holds(text: str) -> None:
        body = wire.answer(text)
        plain = formatter.text(body)
        try:
            got = formatter.text(bytearray(body))
        except Raised as raised:
            raise raised.broken(body, f"A bytearray raised {raised.name}.") from None
        if got != plain:
            raise Broken("A bytearray gives another text.", body, plain, got, body, ("of bytes", "of a bytearray"))

    search(holds, [_SAID, "é"])
