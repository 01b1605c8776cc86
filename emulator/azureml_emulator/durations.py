"""Lengths of time as people write them: `90`, `90s`, `1m30s`, `1.5h`."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = r"(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|h|d)"
_WHOLE = re.compile(rf"(?:{_PART}\s*)+", re.IGNORECASE | re.ASCII)
_EXPECTED = "expected seconds, such as 90, or a time such as 1m30s"


def seconds(value: Any) -> float:
    """Give so many seconds. Raises `ValueError` for what is no length of time."""
    if isinstance(value, str):
        text = value.strip()
        if _WHOLE.fullmatch(text):
            parts = re.findall(_PART, text, re.IGNORECASE | re.ASCII)
            return sum(float(number) * _UNITS[unit.lower()] for number, unit in parts)
        try:
            value = float(text)
        except ValueError:
            raise ValueError(_EXPECTED) from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(_EXPECTED)
    return float(value)


def spelled(value: float) -> str:
    """Write a length of time as it is read: `1m30s`."""
    minutes, rest = divmod(value, 60)
    hours, minutes = divmod(int(minutes), 60)
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{rest:g}s" if rest else ""]
    return "".join(parts) or "0s"


Duration = Annotated[
    float,
    BeforeValidator(seconds),
    Field(ge=0, allow_inf_nan=False),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]}),
]
"""A setting that is a length of time, in seconds or with units."""
