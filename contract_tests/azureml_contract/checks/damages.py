"""Responses: what becomes of answers that are damaged, or no answers at all."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

from azureml_contract.check import check
from azureml_contract.corpus import NOT_JSON
from azureml_contract.difference import same
from azureml_contract.refusal import meant, refused
from azureml_contract.search import Search
from azureml_contract.wire import Wire
from azureml_emulator.places import Place, all_places, shown, value_at, with_value, without

_SAID = "what the model said"
_OTHERS: tuple[Any, ...] = (None, False, 0, 1.5, "", "another text", [], {})
_DEPTH = 10_000
_BARE: tuple[Any, ...] = (
    None,
    True,
    0,
    1.5,
    "",
    "0",
    "text",
    [],
    {},
    [[]],
    [{}],
    [None],
    [0],
    [""],
    [["0"]],
    {"0": 0},
)


@check("S03", "wrong-shape")
def wrong_shape(subject: Any, wire: Wire, search: Search) -> None:
    """Whatever is missing from an answer, or of another type, you get a ValueError, or the text that is still there.

    Each value of an answer is left out once, and replaced by eight others. Where the text stands where it should, it
    may be given; where it does not, only a `ValueError` says so in a way that your caller can expect. A `KeyError` or
    an `AttributeError` from the depth of a formatter names no endpoint and no answer (langchain#24061,
    llama_index#10776), and a text that the model never said is worse. Check the shape, say by `match`, and raise
    `ValueError` with what you expected and what you got.
    """
    formatter = subject()

    def holds(damage: tuple[str, Place, Any]) -> None:
        told, place, document = damage
        refused(formatter, _written(document), told, _still_there(wire, place, document))

    search(holds, _damages(wire.write(_SAID)))


def _damages(whole: Any) -> Iterator[tuple[str, Place, Any]]:
    """Give what each damage is called, where it is, and what is left."""
    for place in all_places(whole):
        if place:
            yield f"An answer without {shown(place)}", place, without(whole, place)
        for value in _OTHERS:
            if not same(value, value_at(whole, place)):
                told = f"with {json.dumps(value)} as {shown(place)}" if place else f"that is {json.dumps(value)}"
                yield f"An answer {told}", place, with_value(whole, place, value)


def _still_there(wire: Wire, place: Place, document: Any) -> set[str]:
    """Give the texts that may be read out of a damaged answer.

    A text that stands where a part of the way to the text should be may be read: some servers leave a level out, and
    some formatters know them. Parts of a message may be passed over, all of them too.
    """
    found = meant(wire, document)
    if wire.parts_at and place[: len(wire.parts_at)] == wire.parts_at:
        found.add("")
    if 0 < len(place) < len(wire.text_at) and place == wire.text_at[: len(place)]:
        with suppress(LookupError):
            left = value_at(document, place)
            found.update([left] if isinstance(left, str) else [])
    return found


@check("S04", "not-json")
def not_json(subject: Any, wire: Wire, search: Search) -> None:
    """A body that is not JSON raises a ValueError.

    Gateways answer with pages, connections are cut, and a body may be empty, all of it with status 200. Whoever
    gives an empty text for that has the caller believe that the model said nothing (litellm#22085). `json.loads` and
    `bytes.decode` raise a `ValueError` by themselves: let it pass, or raise one that says more.
    """
    formatter = subject()
    body = wire.answer(_SAID)
    cut = {body[:-1]: "An answer that lacks its last byte", body[: len(body) // 2]: "The first half of an answer"}

    def holds(case: tuple[bytes, str]) -> None:
        refused(formatter, case[0], case[1])

    search(holds, {**NOT_JSON, **cut}.items())


@check("S05", "any-json")
def any_json(subject: Any, wire: Wire, search: Search) -> None:
    """No JSON value raises anything but a ValueError, or gives a text that does not stand in it.

    A JSON string can be indexed like a list, so that `json.loads(output)[0]` makes the first letter of an error
    message the model's answer: langchain-community's formatter for Dolly does. `str(...)` around what is found makes
    `'None'` of null. Check the type of every level, the outermost first.
    """
    formatter = subject()

    def holds(document: Any) -> None:
        refused(formatter, _written(document), "This JSON value", meant(wire, document) | _standing(wire, document))

    whole = wire.write(_SAID)
    search(holds, [*_BARE, [whole], {"answer": whole}], _like_answers(wire))


def _standing(wire: Wire, document: Any) -> set[str]:
    """Give the texts that a value holds, be it written twice; a bare text is none. Parts of a message are joined."""
    if isinstance(document, str):
        with suppress(ValueError, RecursionError):
            decoded = json.loads(document)
            return set() if isinstance(decoded, str) else _standing(wire, decoded)
    values = [value_at(document, place) for place in all_places(document) if place]
    texts = [value for value in values if isinstance(value, str)]
    joined = ["".join(texts[:count]) for count in range(len(texts) + 1)] if wire.parts_at else []
    return {*texts, *joined}


def _like_answers(wire: Wire) -> st.SearchStrategy[Any]:
    """Give JSON values that have much in common with answers."""
    names = sorted({step for place in all_places(wire.write("")) for step in place if isinstance(step, str)})
    leading = [step for step in wire.text_at if isinstance(step, str)]
    keys = st.sampled_from([*leading, *leading, *names, "error"])
    leaves = st.sampled_from([None, False, 0, 1.5, "", "0", "[", _SAID])
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=3), max_leaves=4
    )


@check("S14", "deep-json")
def deep_json(subject: Any, wire: Wire, search: Search) -> None:
    """An answer of 10,000 nested lists raises a ValueError.

    `json.loads` gives up on it with a `RecursionError`, which is no `ValueError`, and which hardly anybody catches.
    Catch it beside `ValueError` where you decode.
    """
    formatter = subject()

    def holds(depth: int) -> None:
        refused(formatter, b"[" * depth + b"]" * depth, f"An answer of {depth:,} nested lists")

    # A Python with more room on its stack may decode the first.
    search(holds, [_DEPTH, _DEPTH * 20])


def _written(document: Any) -> bytes:
    return json.dumps(document).encode()
