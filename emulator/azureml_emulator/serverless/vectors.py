"""Embeddings as a serverless model gives them: how long they are, shortened, and encoded in its ways."""

import base64
import re
from array import array
from collections.abc import Mapping, Sequence
from math import sqrt
from sys import byteorder
from typing import Any

from azureml_emulator.embedding import embedded

_SIZES = {
    r"text-embedding-3-large": 3072,
    r"text-embedding-(3-small|ada)": 1536,
    r"embed-v-?4|cohere-embed-v-?4": 1536,
    r".*embed.*light": 384,
}
_DIGITS = 8


def size_of(model: str) -> int:
    """Give a model's own number of dimensions (documented); 1024, those of Cohere Embed v3, for a name unknown."""
    found = (size for name, size in _SIZES.items() if re.match(name, model, re.IGNORECASE))
    return next(found, 1024)


def vector(text: str, model: str, dimensions: int | None = None) -> list[float]:
    """Embed a text; fewer dimensions than the model's own are its first ones, brought back to unit length."""
    size = size_of(model)
    whole = embedded(text, max(size, dimensions or 0))
    if dimensions is not None and dimensions < size:
        head = whole[:dimensions]
        length = sqrt(sum(one * one for one in head)) or 1.0
        whole = [one / length for one in head]
    return [round(one, _DIGITS) for one in whole]


def encoded(numbers: Sequence[float], form: str) -> Any:
    """Write a vector: as `float`, `base64` (little-endian 32-bit floats), `int8`, `uint8`, `binary` or `ubinary`."""
    return _FORMS[form](numbers)


def _base64(numbers: Sequence[float]) -> str:
    return base64.b64encode(packed(numbers)).decode()


def packed(numbers: Sequence[float]) -> bytes:
    """Give the numbers as little-endian 32-bit floats."""
    cells = array("f", numbers)
    if byteorder == "big":
        cells.byteswap()
    return cells.tobytes()


def _int8(numbers: Sequence[float]) -> list[int]:
    """Scale the largest to 127."""
    largest = max(map(abs, numbers), default=0.0) or 1.0
    return [round(127 * one / largest) for one in numbers]


def _ubinary(numbers: Sequence[float]) -> list[int]:
    """Pack the signs, eight to a byte, the first one in the highest bit."""
    bits = [one > 0 for one in numbers]
    return [sum(bit << 7 - at for at, bit in enumerate(bits[start : start + 8])) for start in range(0, len(bits), 8)]


_FORMS: Mapping[str, Any] = {
    "float": list,
    "base64": _base64,
    "int8": _int8,
    "uint8": lambda numbers: [one + 128 for one in _int8(numbers)],
    "binary": lambda numbers: [one - 128 for one in _ubinary(numbers)],
    "ubinary": _ubinary,
}
