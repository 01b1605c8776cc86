"""How two JSON values differ, in words for people, and how like each other they are."""

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

_SHOWN = 60
"""Characters of a value that are shown."""

_BEFORE = 20
"""Characters shown of what two texts have in common, before they part."""

_COMPARED = 500
"""Characters of two texts that count for their likeness."""


def same(expected: Any, got: Any) -> bool:
    """Say whether a value is the one expected; 1, 1.0 and true are three values.

    A compiled pattern stands for every text in which it is found. Anything else that is no JSON value may say with
    `==` what it stands for.
    """
    if isinstance(expected, re.Pattern):
        return isinstance(got, str) and expected.search(got) is not None
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        return expected.keys() == got.keys() and all(same(one, got[name]) for name, one in expected.items())
    if isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        return len(expected) == len(got) and all(map(same, expected, got))
    if isinstance(expected, bool | int | float):
        return type(expected) is type(got) and bool(expected == got)
    return bool(expected == got)


def likeness(expected: Any, got: Any) -> float:
    """Say how like each other two values are, from 0 for not at all to 1 for the same."""
    if same(expected, got):
        return 1.0
    if isinstance(expected, str) and isinstance(got, str):
        return 0.9 * SequenceMatcher(None, expected[:_COMPARED], got[:_COMPARED], autojunk=False).quick_ratio()
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        shared = sum(likeness(one, got[name]) for name, one in expected.items() if name in got)
        return shared / len(expected.keys() | got.keys())
    if isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        return sum(map(likeness, expected, got)) / max(len(expected), len(got))
    return 0.0


def differences(expected: Any, got: Any, at: str = "") -> Iterator[str]:
    """Say what differs, a line for each thing, with the path to it; nothing if the values are the same."""
    if same(expected, got):
        return
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        yield from _of_mappings(expected, got, at)
    elif isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        if len(expected) != len(got):
            yield f"{at}: expected {len(expected)}, got {len(got)}: {short(got)}"
        for index, (one, other) in enumerate(zip(expected, got, strict=False)):
            yield from differences(one, other, f"{at}[{index}]")
    elif isinstance(expected, str) and isinstance(got, str):
        yield f"{at}: {parted(expected, got)}"
    else:
        yield f"{at}: expected {short(expected)}, got {short(got)}"


def _of_mappings(expected: Mapping[str, Any], got: Mapping[str, Any], at: str) -> Iterator[str]:
    for name, one in expected.items():
        path = f"{at}.{name}" if at else str(name)
        if name in got:
            yield from differences(one, got[name], path)
        else:
            yield f"{path}: expected {short(one)}, but it is not there"
    for name in got:
        if name not in expected:
            yield f"{at}.{name}: not expected, got {short(got[name])}".removeprefix(".")


def parted(expected: str, got: str) -> str:
    """Say how two texts differ: short ones whole, long ones from a little before they part."""
    if len(expected) <= _SHOWN and len(got) <= _SHOWN:
        return f"expected {expected!r}, got {got!r}"
    pairs = enumerate(zip(expected, got, strict=False))
    point = next((at for at, (one, other) in pairs if one != other), min(len(expected), len(got)))
    return f"from character {point} on expected {_around(expected, point)}, got {_around(got, point)}"


def _around(text: str, point: int) -> str:
    start = max(point - _BEFORE, 0)
    end = start + _SHOWN
    return f"{'...' if start else ''}{text[start:end]!r}{'...' if end < len(text) else ''}"


def short(value: Any) -> str:
    """Show a value, cut if it is long."""
    text = f"a text in which {value.pattern!r} is found" if isinstance(value, re.Pattern) else repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
