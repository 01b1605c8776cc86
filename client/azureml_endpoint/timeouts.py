"""How long a call may take: to connect, between two signs of life, and as a whole."""

import math
from dataclasses import dataclass
from typing import Any

LONGEST = 1e9
"""Seconds that any platform's clocks and sockets can wait; no limit at all is None."""


@dataclass(frozen=True, slots=True)
class Timeout:
    """Limits in seconds; None is no limit.

    `connect` bounds making the connection, `read` each silence of the endpoint, `total` the whole call with its
    retries and the pauses between them.
    """

    connect: float | None = None
    read: float | None = None
    total: float | None = None

    def __post_init__(self) -> None:
        for name in ("connect", "read", "total"):
            value = getattr(self, name)
            if value is not None and not _is_duration(value):
                raise ValueError(f"timeout {name} must be a number of seconds above 0, at most {LONGEST:.0f}")

    @classmethod
    def of(cls, value: Any) -> "Timeout":
        """Return the limits that `value` means; ValueError when it means none.

        A number, or its text as in an environment variable, bounds each of the three. A pair is
        `(connect, read)`, as with requests. A dict names the limits, as a saved endpoint does.
        """
        match value:
            case Timeout():
                return value
            case str():
                return cls.of(_number(value))
            case int() | float() if not isinstance(value, bool):
                return cls(value, value, value)
            case [connect, read]:
                return cls(connect, read)
            case dict() if value and value.keys() <= {"connect", "read", "total"}:
                return cls(**value)
        raise ValueError(
            f"timeout must be seconds, a pair (connect, read) or a Timeout, not this {type(value).__name__}"
        )

    @classmethod
    def of_stream(cls, value: Any) -> "Timeout":
        """Return the limits for a stream: as `of`, but only a total that was asked for by name bounds it."""
        limits = cls.of(value)
        return limits if isinstance(value, Timeout | dict) else cls(limits.connect, limits.read)

    def until(self, now: float) -> float:
        """Return the moment at which the whole call must be over, on the clock that `now` is from."""
        return math.inf if self.total is None else now + self.total


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("timeout must be a number of seconds") from None


def _is_duration(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= LONGEST
