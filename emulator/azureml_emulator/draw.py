"""Randomness that is a pure function of its key: the same on every platform, at any concurrency."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from struct import Struct
from typing import Any, TypeVar

from azureml_emulator.json_text import writer

Value = TypeVar("Value")

_EIGHT = Struct(">8Q")
_STEP = 2.0**-53

_written = writer(compact=True, sort_keys=True)


def canonical(value: Any) -> bytes:
    """Render a JSON value so that equal values give equal bytes, whatever their key order or spacing."""
    return _written(value).encode()


class Draw:
    """A source of random values, each of them fixed by the source's key and its own label."""

    __slots__ = ("_salt", "key")

    def __init__(self, key: bytes, salt: bytes = b"") -> None:
        """Make the source of a key of 32 bytes; the `salt`, of any fixed length, tells sources of one key apart."""
        self.key = key
        self._salt = salt

    @classmethod
    def of(cls, *parts: bytes) -> "Draw":
        """Make the source for a key of several parts."""
        key = blake2b(digest_size=32)
        for part in parts:
            key.update(len(part).to_bytes(8, "big"))
            key.update(part)
        return cls(key.digest())

    def within(self, part: bytes) -> "Draw":
        """Make the source for one more part."""
        return Draw(blake2b(part, key=self.key, digest_size=32).digest())

    def apart(self, label: bytes) -> "Draw":
        """Make a source of its own for one purpose."""
        return Draw(blake2b(self._salt + label, key=self.key, digest_size=32).digest())

    def integer(self, label: bytes) -> int:
        """Draw an integer from 0 up to 2**128 - 1."""
        return int.from_bytes(blake2b(self._salt + label, key=self.key, digest_size=16).digest(), "big")

    def unit(self, label: bytes) -> float:
        """Draw a number from 0 up to, not including, 1."""
        return (self.integer(label) >> 75) * _STEP

    def units(self, label: bytes) -> Iterator[float]:
        """Draw as many such numbers as are wanted, one after the other."""
        prefix, key, block = self._salt + label, self.key, 0
        while True:
            digest = blake2b(prefix + block.to_bytes(8, "big"), key=key, digest_size=64).digest()
            for one in _EIGHT.unpack(digest):
                yield (one >> 11) * _STEP
            block += 1

    def guid(self, label: bytes) -> str:
        """Draw a GUID that looks like a random (version 4) one."""
        number = blake2b(self._salt + label, key=self.key, digest_size=16).hexdigest()
        variant = "89ab"[int(number[16], 16) & 3]
        return f"{number[:8]}-{number[8:12]}-4{number[13:16]}-{variant}{number[17:20]}-{number[20:]}"

    def hexadecimal(self, label: bytes) -> str:
        """Draw 32 hexadecimal digits."""
        return blake2b(self._salt + label, key=self.key, digest_size=16).hexdigest()

    def one_of(self, label: bytes, options: Sequence[Value]) -> Value:
        """Draw one of several, each with the same chance."""
        return options[self.integer(label) % len(options)]

    def pick(self, label: bytes, weights: Mapping[str, int]) -> str:
        """Draw one of the names with a chance in proportion to its weight; not all may be zero."""
        if len(weights) == 1:
            return next(iter(weights))
        point = self.unit(label) * sum(weights.values())
        for name, weight in weights.items():
            point -= weight
            if point < 0:
                return name
        raise ValueError("every weight is zero")
