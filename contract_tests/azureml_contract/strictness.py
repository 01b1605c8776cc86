"""JSON as RFC 8259 has it, which is less than what Python's own module takes."""

import codecs
import json
from typing import Any


def flaw(body: bytes) -> str:
    """Say what is not strict JSON in UTF-8 about a body, or nothing."""
    if body.startswith(codecs.BOM_UTF8):
        return "it begins with a byte order mark"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"it is not UTF-8: byte {error.start} is 0x{body[error.start]:02x}"
    try:
        json.loads(text, parse_constant=_constant, object_pairs_hook=_object)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return str(error)
    return ""


def constant(body: bytes) -> str:
    """Name the bare word NaN, Infinity or -Infinity in a body that is JSON but for that, or nothing."""
    found: list[str] = []
    try:
        json.loads(body, parse_constant=found.append)
    except (ValueError, RecursionError):
        return ""
    return found[0] if found else ""


def _constant(word: str) -> Any:
    raise ValueError(f"it has the bare word {word}, which JSON does not know")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has the key {twice!r} twice")
    return made
