"""Places in a JSON value, written as one finds them in documentation: `$.inputs[0]`, `$[0]["0"]`."""

import json
import re
from collections.abc import Iterator
from typing import Any

Place = tuple[str | int, ...]
"""The keys and indices that lead to a value, from the outside in."""

_STEP = re.compile(r"""\.(?P<name>[^.\[\]"']+)|\[(?P<index>\d+)\]|\[(?P<quoted>"(?:[^"\\]|\\.)*"|'[^']*')\]""")


def parse(text: str) -> Place:
    """Read a place. Raises `ValueError` that says what was expected."""
    rest = text.strip()
    steps: list[str | int] = []
    if not rest.startswith("$"):
        raise ValueError(f"expected a place such as $.inputs[0], not {text!r}")
    at = 1
    while at != len(rest):
        step = _STEP.match(rest, at)
        if step is None:
            raise ValueError(f"expected .name, [0] or ['name'] after {rest[:at]!r}, found {rest[at:]!r}")
        steps.append(_step(step))
        at = step.end()
    return tuple(steps)


def _step(step: re.Match[str]) -> str | int:
    if step["index"] is not None:
        return int(step["index"])
    quoted: str | None = step["quoted"]
    if quoted is None:
        return str(step["name"])
    return str(json.loads(quoted)) if quoted.startswith('"') else quoted[1:-1]


def shown(place: Place) -> str:
    """Write a place."""
    return "$" + "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" if step.isidentifier() else f"[{json.dumps(step)}]"
        for step in place
    )


def value_at(document: Any, place: Place) -> Any:
    """Give the value at a place. Raises `LookupError` if there is none."""
    for number, step in enumerate(place):
        fits = isinstance(document, dict) if isinstance(step, str) else isinstance(document, list)
        if not fits or (step not in document if isinstance(step, str) else not 0 <= step < len(document)):
            raise LookupError(f"there is no {shown(place[: number + 1])}")
        document = document[step]
    return document


def with_value(document: Any, place: Place, value: Any) -> Any:
    """Give a copy with another value at a place; what is around it is shared with the original."""
    if not place:
        return value
    step, *rest = place
    inner = with_value(document[step], tuple(rest), value)
    if isinstance(document, dict):
        return {**document, step: inner}
    return [inner if at == step else one for at, one in enumerate(document)]


def without(document: Any, place: Place) -> Any:
    """Give a copy that lacks what is at a place, which is not the whole."""
    *outer, last = place
    around = value_at(document, tuple(outer))
    if isinstance(around, dict):
        left: Any = {name: value for name, value in around.items() if name != last}
    else:
        left = [one for at, one in enumerate(around) if at != last]
    return with_value(document, tuple(outer), left)


def all_places(document: Any, at: Place = ()) -> Iterator[Place]:
    """Give the place of every value in it, from the outside in."""
    yield at
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for step, value in inner:
        yield from all_places(value, (*at, step))


def place_of(value: Any, document: Any) -> Place:
    """Give the first place where a value stands. Raises `LookupError` if there is none."""
    for place in all_places(document):
        if value_at(document, place) == value:
            return place
    raise LookupError(f"{value!r} stands nowhere in it")
