"""What was worked out lately for short request bodies, since an emulator is asked the same things again and again."""

from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

LONGEST = 4096
"""Bytes of a body that is worth remembering."""


class Memo(Generic[Value]):
    """Values by key, no more than `limit` of them; when it is full it starts afresh."""

    def __init__(self, limit: int = 1024) -> None:
        self._values: dict[Hashable, Value] = {}
        self._limit = limit
        self.get = self._values.get
        self.clear = self._values.clear

    def put(self, key: Hashable, body: bytes, value: Value) -> Value:
        """Remember a value that was worked out for a body, unless the body is long; give the value back."""
        if len(body) <= LONGEST:
            if len(self._values) >= self._limit:
                self._values.clear()
            self._values[key] = value
        return value

    def __len__(self) -> int:
        return len(self._values)
