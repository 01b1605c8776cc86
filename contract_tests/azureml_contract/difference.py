"""What differs between two values, in words."""

from operator import eq
from typing import Any

from azureml_contract.broken import Told

LONGEST = 120
"""Characters of a value that are shown on a line."""


def shown(value: Any) -> str:
    """Show a value as Python writes it, its middle left out if it is long."""
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else repr(value)
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2 - 3
    return f"{text[:half]} ... {text[-half:]}"


def size(value: Any) -> str:
    """Say how long a text is."""
    if not isinstance(value, str | bytes):
        return ""
    return _counted(len(value), "character" if isinstance(value, str) else "byte")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def in_words(expected: Any, got: Any) -> str:
    """Say what is different about `got`, as far as that can be said in a few words."""
    if isinstance(expected, Told) or isinstance(got, Told):
        return ""
    if isinstance(expected, str) and isinstance(got, str):
        return ", ".join(_of_texts(expected, got))
    if isinstance(expected, dict) and isinstance(got, dict):
        return ", ".join(_of_objects(expected, got))
    if type(expected) is not type(got):
        return f"{type(expected).__name__} became {type(got).__name__}"
    return ""


def _of_texts(expected: str, got: str) -> list[str]:
    found = []
    if got[:1] == got[-1:] == '"' and got.count('"') >= expected.count('"') + 2:
        found.append("quotes added at both ends")
    extra = got.count("\\") - expected.count("\\")
    if extra > 0:
        found.append("backslash added" if extra == 1 else f"{extra} backslashes added")
    if not found:
        found += _lost(expected, got)
    return found or [f"they differ from character {[*map(eq, expected, got), False].index(False)} on"]


def _lost(expected: str, got: str) -> list[str]:
    if not got:
        return ["all of it is missing"]
    if expected.strip() == got.strip():
        ends = [
            ("start", len(expected) - len(expected.lstrip()), len(got) - len(got.lstrip())),
            ("end", len(expected) - len(expected.rstrip()), len(got) - len(got.rstrip())),
        ]
        return [
            f"blanks {what} at the {end}"
            for end, was, now in ends
            for what, so in (("lost", was > now), ("added", was < now))
            if so
        ]
    if got in expected:
        return [f"{_counted(len(expected) - len(got), 'character')} missing"]
    if expected in got:
        return [f"{_counted(len(got) - len(expected), 'character')} added"]
    return []


def _of_objects(expected: dict[Any, Any], got: dict[Any, Any]) -> list[str]:
    missing = [f"{name!r} is missing" for name in expected if name not in got]
    added = [f"{name!r} was added" for name in got if name not in expected]
    changed = [
        f"{name!r} became {shown(got[name])}"
        for name in expected
        if name in got and not same(expected[name], got[name])
    ]
    return missing + added + changed


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are the same, types included: 1, 1.0 and true are three values."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) and str(one) == str(other)
