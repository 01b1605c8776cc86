"""Rates as people write them: `200/s`, `3000/min`, `50/h`; a plain number is per second."""

import re
from math import inf
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

_PER = {"s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_WRITTEN = re.compile(r"([0-9.]+(?:e[+-]?\d+)?)\s*(?:/\s*([a-z]+))?", re.IGNORECASE | re.ASCII)
_EXPECTED = "expected a rate above 0, such as 200/s, 3000/min or 50/h"


def per_second(value: Any) -> float:
    """Give calls per second. Raises `ValueError` for what is no rate above 0."""
    found = _WRITTEN.fullmatch(str(value).strip())
    unit = (found[2] or "s").lower() if found else ""
    if not found or unit not in _PER:
        raise ValueError(_EXPECTED)
    try:
        rate = float(found[1]) / _PER[unit]
    except ValueError:
        raise ValueError(_EXPECTED) from None
    if not 0 < rate < inf:
        raise ValueError(_EXPECTED)
    return rate


def both_per_second(value: Any) -> tuple[float, float]:
    """Give the two ends of `10..200/s`, the unit said once or twice, in calls per second. Raises `ValueError`."""
    first, dots, last = str(value).partition("..")
    if not dots:
        raise ValueError("expected two rates, such as 10..200/s")
    _, slash, unit = last.partition("/")
    return per_second(first if "/" in first else first + slash + unit), per_second(last)


Rate = Annotated[float, BeforeValidator(per_second), WithJsonSchema({"type": ["string", "number"]})]
Rates = Annotated[tuple[float, float], BeforeValidator(both_per_second), WithJsonSchema({"type": "string"})]
