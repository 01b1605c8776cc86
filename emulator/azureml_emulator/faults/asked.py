"""Faults that a caller asks for in a header, where an endpoint allows it."""

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from azureml_emulator.errors import FaultUnreadable
from azureml_emulator.faults.fault import Fault
from azureml_emulator.schema import path
from azureml_emulator.setting_names import as_written

LONGEST = 4096
"""Characters of such a header that are read."""


def asked(header: str) -> tuple[Fault, ...]:
    """Read faults out of a header: names with commas between, or JSON: a fault's settings, or a list of them.

    Raises `FaultUnreadable`, which says what is wrong, so that nobody takes a slip for an answer without fault.
    """
    if len(header) > LONGEST:
        raise FaultUnreadable(f"longer than {LONGEST} characters")
    try:
        return _several(len(Fault.members())).validate_python(_settings(header.strip()))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = path([one for one in as_written(found["loc"]) if one != 0])
        raise FaultUnreadable(f"{place}: {found['msg']}" if place != "body" else found["msg"]) from None


def _settings(text: str) -> list[Any]:
    if text[:1] not in ("{", "["):
        return [name.strip() for name in text.split(",") if name.strip()]
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        raise FaultUnreadable("expected a fault's name, or its settings as JSON") from None
    return read if isinstance(read, list) else [read]


@cache
def _several(_: int) -> TypeAdapter[tuple[Fault, ...]]:
    """Make what reads faults, anew when more of them are known."""
    return TypeAdapter(tuple[Fault, ...])
