"""The shape of a JSON value: what kinds of values stand at which places; and how two shapes differ."""

from collections.abc import Iterator
from typing import Any

from azureml_emulator.places import shown

Shape = dict[tuple[str | int, ...], set[str]]
"""By place the kinds of values there; every entry of a list stands at its 0."""


def shape(document: Any) -> Shape:
    """Give the shape of a value."""
    found: Shape = {}
    for place, kind in _kinds(document, ()):
        found.setdefault(place, set()).add(kind)
    return found


def _kinds(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    match value:
        case dict():
            yield place, "an object"
            for name, inner in value.items():
                yield from _kinds(inner, (*place, name))
        case list():
            yield place, "a list"
            for inner in value:
                yield from _kinds(inner, (*place, 0))
        case str():
            yield place, "a text"
        case bool():
            yield place, "true or false"
        case None:
            yield place, "null"
        case _:
            yield place, "a number"


def differences(one: Any, other: Any, here: str, there: str) -> list[str]:
    """Say how two JSON values differ in shape; `here` and `there` is where they come from.

    What stands below a place that one of them lacks is not said again; null goes with any kind, and a list that is
    empty with any list.
    """
    ours, theirs = shape(one), shape(other)
    told: list[str] = []
    done: set[tuple[str | int, ...]] = set()
    for place in sorted(ours.keys() | theirs.keys(), key=lambda steps: (len(steps), shown(steps))):
        above = place[:-1]
        if above in done:
            done.add(place)
            continue
        kinds = ours.get(place), theirs.get(place)
        if None in kinds:
            done.add(place)
            lacks = ours if kinds[0] is None else theirs
            if place[-1:] != (0,) and lacks.get(above) == {"an object"}:
                has, where = (there, kinds[1]) if kinds[0] is None else (here, kinds[0])
                told.append(f"{shown(place)} is there only {has}: {_joined(where)}")
        elif _apart(*kinds):
            done.add(place)
            told.append(f"{shown(place)} is {_joined(kinds[0])} {here}, {_joined(kinds[1])} {there}")
    return told


def _apart(one: set[str] | None, other: set[str] | None) -> bool:
    known = (one or set()) - {"null"}, (other or set()) - {"null"}
    return bool(known[0] and known[1] and not known[0] & known[1])


def _joined(kinds: set[str] | None) -> str:
    return " or ".join(sorted(kinds or ()))
