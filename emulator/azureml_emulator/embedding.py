"""Embeddings without a model: vectors of unit length, closer for texts that share more words and letters.

Each word, and each run of three letters, has a direction of its own in space, drawn from its hash; a text is where
they lead together. The same text has the same embedding on every machine, at every endpoint.
"""

import re
from array import array
from collections.abc import Iterator
from hashlib import shake_128
from math import sqrt
from sys import byteorder

_WORD = re.compile(r"\w+|[^\w\s]")
_MOST = 200
"""Features looked at; a long text is known by as many, evenly spread."""


def embedded(text: str, dimensions: int) -> list[float]:
    """Give the embedding of a text: `dimensions` numbers, the sum of whose squares is 1."""
    features = set(_features(text))
    size = 2 * dimensions
    low_bytes = int.from_bytes(b"\xff\x00" * dimensions, "little")
    total = sum(int.from_bytes(_direction(one, size), "little") & low_bytes for one in features)
    lanes = array("H", total.to_bytes(size, "little"))  # 16 bits each, room for 257 bytes to add up
    if byteorder == "big":
        lanes.byteswap()
    middle = 127.5 * len(features)
    vector = [lane - middle for lane in lanes]
    length = sqrt(sum(one * one for one in vector))
    return [one / length for one in vector]


def _direction(feature: str, size: int) -> bytes:
    return shake_128(feature.encode("utf-8", "surrogatepass")).digest(size)


def _features(text: str) -> Iterator[str]:
    words = _WORD.findall(text.lower())
    found = [*words, *(f"{word[at : at + 3]}*" for word in words for at in range(max(len(word) - 2, 0)))]
    yield from found[:: max(1, -(-len(found) // _MOST))] or [""]
