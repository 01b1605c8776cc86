"""What is wrong with somebody's settings, in lines that say where, what was found, and what was expected."""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError

from azureml_emulator.schema import path
from azureml_emulator.spelling import nearest
from azureml_emulator.yaml_source import Loc, Source

_UNKNOWN = "unexpected_keyword_argument"
_SECRET = ("key", "secondary_key", "signing_key")


def lines(
    error: ValidationError,
    source: Source,
    known: Callable[[Loc], Iterable[str]],
    as_written: Callable[[Loc], Loc] = lambda loc: loc,
) -> str:
    """Explain pydantic's report, a line for each thing, typos first since they explain the rest.

    `known` names the settings at a location of the validator's, `as_written` gives the file's own location for it.
    """
    wrong = sorted(error.errors(include_url=False), key=lambda one: one["type"] != _UNKNOWN)
    return "\n".join(_line(one, source, known, as_written(one["loc"])) for one in wrong)


def line(source: Source, loc: Loc, message: str) -> str:
    """Say where a setting stands, and what is wrong with it."""
    source, at = source.locate(loc)
    return f"{source.place(at)}{path(at)}: {message}" if at else f"{source.place(at)}{message}"


def _line(error: Any, source: Source, known: Callable[[Loc], Iterable[str]], written: Loc) -> str:
    source, loc = source.locate(written)
    message = _message(error, known)
    shown = error["input"]
    secret = bool(loc) and str(loc[-1]).rpartition(".")[2] in _SECRET
    if error["type"] not in ("missing", _UNKNOWN) and not secret and _short(shown) and not _told(shown, message):
        message += f", not {shown!r}"
    return line(source, loc, message)


def _message(error: Any, known: Callable[[Loc], Iterable[str]]) -> str:
    kind, message = error["type"], error["msg"].removeprefix("Value error, ")
    if kind == _UNKNOWN:
        names = list(known(error["loc"][:-1]))
        return f"unknown setting{nearest(str(error['loc'][-1]), names)}; expected one of {', '.join(names)}"
    if kind == "string_type" and not isinstance(error["input"], list | dict):
        return "expected a text; put it in quotes"
    if kind in ("tuple_type", "list_type"):
        return "expected a list"
    if kind in ("dataclass_type", "dict_type"):
        return "expected settings by name"
    return str(message)


def _told(value: Any, message: str) -> bool:
    """Say whether a message has the value in it, in quotes or as the name of a file."""
    return isinstance(value, str) and value != "" and (repr(value) in message or f"{value}:" in message)


def _short(value: Any) -> bool:
    return value is None or (isinstance(value, str | int | float) and len(str(value)) < 80)
