"""The forms in which a key can stand in bytes: escaped, encoded, in other letter case, in pieces.

A `View` is what some bytes say when they are read in one of these ways; it knows where in the bytes each part of it
stands, so that what is found in it can be blotted out where it is.
"""

import re
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, product
from typing import NamedTuple, TypeVar
from urllib.parse import quote

_ENTITIES = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}

_IN_JSON = rb"\\[ux](?:00)?(?P<json>[0-9a-f]{2})|\\(?P<mark>[\"\\/])|\\(?P<blank>[nrt])"
_IN_URL = rb"%(?P<url>[0-9a-f]{2})"
_IN_HTML = rb"&#x0*(?P<html>[0-9a-f]{2});|&#0*(?P<number>\d{2,3});|&(?P<entity>amp|lt|gt|quot|apos);"
_WIDE = rb"\x00+"

_ESCAPES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        b"|".join((_IN_JSON, _IN_URL, _IN_HTML, _WIDE)),
        _IN_JSON,
        _IN_URL,
        _IN_HTML,
        _WIDE,  # with which UTF-16 and UTF-32 write ASCII
        rb"\s+|\\[nrt]",  # in lines, as base64 often is
    )
]
"""Ways to write a text that are undone, all at once or one by one: a key may itself look like any of them."""

_LEVELS = 5
"""How often something may be escaped: JSON in JSON in a query, and more."""

_MOST = 40
"""Readings of the same bytes."""

_EVENT = re.compile(rb"^data:.*$", re.MULTILINE)
_TEXT = re.compile(rb'"([^"\\]{1,60})"\s*:\s*"((?:[^"\\]|\\.)*)"')

Span = tuple[int, int]


def _unescaped(found: re.Match[bytes]) -> bytes:
    """Give what an escape stands for; for what only stands between, nothing."""
    name = found.lastgroup
    if name is None:
        return b""
    text = found[name]
    if name == "mark":
        return text
    if name == "blank":
        return b" "
    if name == "entity":
        return _ENTITIES[text.lower()]
    return bytes([min(int(text), 255) if name == "number" else int(text, 16)])


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

    def again(self, pattern: re.Pattern[bytes]) -> "View":
        """Read the reading: what matches stands for something else."""
        pieces: list[bytes] = []
        spans: list[Span] = []
        end = 0
        for found in pattern.finditer(self.data):
            pieces += [self.data[end : found.start()], _unescaped(found)]
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

    def again(self, pattern: re.Pattern[bytes]) -> "Glance":
        """Read the reading as `View.again` does."""
        return Glance(pattern.sub(_unescaped if pattern.groups else b"", self.data))

    def joined(self, spans: Iterable[Span]) -> "Glance":
        """Read some spans of the reading, one after the other."""
        return Glance(b"".join(self.data[start:end] for start, end in spans))


Reading = TypeVar("Reading", View, Glance)


def readings(whole: Reading) -> Iterator[Reading]:
    """Read bytes in every way in which a key may stand in them."""
    now = [whole]
    for spans in _fields(whole.data):
        now.append(whole.joined(spans))  # noqa: PERF401  which type it is, is lost in a comprehension
    seen = {one.data for one in now}
    yield from now
    for _ in range(_LEVELS):
        deeper = []
        for reading, escape in product(now, _ESCAPES):
            if len(seen) < _MOST and escape.search(reading.data):
                again = reading.again(escape)
                if again.data not in seen:
                    seen.add(again.data)
                    deeper.append(again)
        yield from deeper
        now = deeper


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
