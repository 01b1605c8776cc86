"""The forms in which a key can stand in bytes: escaped, encoded, in other letter case, in pieces.

A `View` is what some bytes say when they are read in one of these ways; it knows where in the bytes each part of it
stands, so that what is found in it can be blotted out where it is.
"""

import re
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple, TypeVar
from urllib.parse import quote

_ESCAPE = re.compile(
    rb"\\u00([0-9a-f]{2})|\\x([0-9a-f]{2})|%([0-9a-f]{2})|&#x0*([0-9a-f]{2});|&#0*(\d{2,3});"
    rb'|\\(["\\/])|&(amp|lt|gt|quot|apos);|(\\[nrt])|(\x00+)',
    re.IGNORECASE,
)
"""JSON's escapes, Python's, those of URLs and of HTML; the zeros with which UTF-16 and UTF-32 write ASCII."""

_ENTITIES = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}
_BLANK = re.compile(rb"\s+")
_LEVELS = 5
"""How often something may be escaped: JSON in JSON in a query, and more."""

_EVENT = re.compile(rb"^data:.*$", re.MULTILINE)
_TEXT = re.compile(rb'"([^"\\]{1,60})"\s*:\s*"((?:[^"\\]|\\.)*)"')

Span = tuple[int, int]


def _unescaped(found: re.Match[bytes]) -> bytes:
    hexadecimal = found[1] or found[2] or found[3] or found[4]
    if hexadecimal:
        return bytes([int(hexadecimal, 16)])
    if found[5]:
        return bytes([min(int(found[5]), 255)])
    if found[7]:
        return _ENTITIES[found[7].lower()]
    return found[6] or (b" " if found[8] else b"")


class View(NamedTuple):
    """A reading of some bytes: its parts say `(start in the reading, start in the bytes, end in the bytes)`.

    A part that is longer in the bytes than in the reading was escaped there.
    """

    data: bytes
    parts: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, data: bytes) -> "View":
        """Read bytes as they are."""
        return cls(data, ((0, 0, len(data)),))

    def again(self, pattern: re.Pattern[bytes], unescaped: bytes | None = None) -> "View":
        """Read the reading: what matches stands for something else, or for what is given."""
        pieces: list[bytes] = []
        spans: list[Span] = []
        end = 0
        for found in pattern.finditer(self.data):
            pieces += [self.data[end : found.start()], _unescaped(found) if unescaped is None else unescaped]
            spans += [(end, found.start()), found.span()]
            end = found.end()
        return self._made([*pieces, self.data[end:]], [*spans, (end, len(self.data))])

    def joined(self, spans: Iterable[Span]) -> "View":
        """Read some spans of the reading, one after the other."""
        chosen = list(spans)
        return self._made([self.data[start:end] for start, end in chosen], chosen)

    def _made(self, pieces: list[bytes], spans: list[Span]) -> "View":
        parts: list[tuple[int, int, int]] = []
        starts = accumulate(map(len, pieces), initial=0)
        for start, piece, span in zip(starts, pieces, spans, strict=False):
            if piece and len(piece) == span[1] - span[0]:
                parts += self._below(start, span)
            elif piece:
                low, high = self._cover(span)
                parts.append((start, low, high))
        return View(b"".join(pieces), tuple(parts))

    def _below(self, start: int, span: Span) -> Iterator[tuple[int, int, int]]:
        """Give the parts of a span that is taken over as it is, which begins at `start` in the new reading."""
        at = bisect_right(self.parts, span[0], key=lambda part: part[0]) - 1
        for index in range(at, len(self.parts)):
            own, low, high = self.parts[index]
            if own >= span[1]:
                return
            until = self.parts[index + 1][0] if index + 1 < len(self.parts) else len(self.data)
            begin, end = max(own, span[0]), min(until, span[1])
            if high - low == until - own:
                low, high = low + begin - own, low + end - own
            yield start + begin - span[0], low, high

    def origins(self, span: Span) -> Iterator[Span]:
        """Say where in the bytes the pieces of a span of the reading stand."""
        return ((low, high) for _, low, high in self._below(0, span))

    def _cover(self, span: Span) -> Span:
        """Say from where to where in the bytes a span of the reading stands."""
        places = list(self.origins(span))
        return places[0][0], places[-1][1]


class Glance(NamedTuple):
    """A reading of some bytes, without its places."""

    data: bytes

    def again(self, pattern: re.Pattern[bytes], unescaped: bytes | None = None) -> "Glance":
        """Read the reading as `View.again` does."""
        return Glance(pattern.sub(_unescaped if unescaped is None else lambda _: unescaped, self.data))

    def joined(self, spans: Iterable[Span]) -> "Glance":
        """Read some spans of the reading, one after the other."""
        return Glance(b"".join(self.data[start:end] for start, end in spans))


Reading = TypeVar("Reading", View, Glance)


def readings(whole: Reading) -> Iterator[Reading]:
    """Read bytes in every way in which a key may stand in them."""
    wholes = [whole]
    for spans in _fields(whole.data):
        wholes.append(whole.joined(spans))  # noqa: PERF401  which type it is, is lost in a comprehension
    for reading in wholes:
        yield reading
        for _ in range(_LEVELS):
            if not _ESCAPE.search(reading.data):
                break
            reading = reading.again(_ESCAPE)  # noqa: PLW2901  a level deeper
            yield reading
        if _BLANK.search(reading.data):
            yield reading.again(_BLANK, b"")


def _fields(data: bytes) -> Iterable[list[Span]]:
    """Find the texts of a stream's events field by field: a key may come a token at a time."""
    texts: dict[bytes, list[Span]] = {}
    for event in _EVENT.finditer(data):
        for found in _TEXT.finditer(data, event.start(), event.end()):
            texts.setdefault(found[1], []).append(found.span(2))
    return [spans for spans in texts.values() if len(spans) > 1]


def needles(key: str) -> frozenset[bytes]:
    """Give what to look for, in lower case: the key itself, in hexadecimal digits, and inside of base64."""
    plain = key.encode()
    forms = {plain, plain.lower(), plain.upper(), quote(key, safe="").encode(), plain.replace(b"/", b"\\/")}
    found = {plain.lower(), *(form.hex().encode() for form in forms)}
    for form in forms:
        for before in range(3):
            encoded = b64encode(b"\0" * before + form)
            sure = encoded[(0, 2, 3)[before] : (before + len(form)) * 8 // 6]
            found |= {sure.lower(), sure.translate(bytes.maketrans(b"+/", b"-_")).lower()}
    return frozenset(found)
