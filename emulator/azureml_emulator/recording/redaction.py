"""Taking keys out of an interaction, before anything of it reaches the disk.

By construction: of a caller's headers only those that are known to hold no key are kept; headers, parameters of a
query and fields of JSON that are called like keys lose their values; and every key that is known, the recorder's own
and those that callers sent, is looked for in everything that is left, in every form in `disguises`. A blot is as long
as what it blots out, so that lengths and the bounds of chunks stay what they were.
"""

import re
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate, pairwise
from urllib.parse import unquote_plus

from azureml_emulator.recording.cassette import (
    Headers,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    first,
)
from azureml_emulator.recording.disguises import Glance, View, needles, readings

SHORTEST = 8
"""Characters from which on a key can be told from other text; Azure's have 32 and more."""

BLOT = "**********"

READABLE = ("gzip", "x-gzip", "deflate")
"""The encodings of bodies that can be looked into."""

_SAFE = frozenset(
    {
        *("accept", "accept-encoding", "accept-language", "azureml-model-deployment", "content-encoding"),
        *("content-length", "content-type", "extra-parameters", "host", "user-agent", "x-ms-client-request-id"),
        "x-request-id",
    }
)
"""The caller's headers that are kept: none of them is for keys, and no other is needed for a replay."""

_WORDS = "authorization|cookie2?|key|apikey|token|secret|password|passwd|credentials?|signature|sig"
_HEADER = re.compile(rf"(?:.*[-_])?(?:{_WORDS})", re.IGNORECASE)
_PARAMETER = re.compile(rf"(?:.*[-_.])?(?:{_WORDS}|code)|\w+[a-z](?:Key|Token|Secret)|(?i:apikey|accesstoken)")
_FIELD = (
    r"(?i:api[-_]?key|(?:access|refresh|bearer|auth|id)[-_]?token|client[-_]?secret|password|passwd|authorization|"
    r"(?:ocp-apim-)?subscription[-_]key)"
)
_IN_JSON = re.compile(rb'"%b"\s*:\s*"((?:[^"\\]|\\.)*)"' % _FIELD.encode())
_PIECES = re.compile(r"[\s,;=\"]+")
_SCHEMES = frozenset(("negotiate", "signature"))
_MASKS = b"*#~|^`@!$"


class Unreadable(Exception):
    """A body is encoded in a way that keys cannot be looked for in it."""


def is_key(header: str) -> bool:
    """Say whether a header is called as if its value were a key."""
    return _HEADER.fullmatch(header) is not None


def is_secret(name: str) -> bool:
    """Say whether a parameter of a query is called as if its value were a key."""
    return _PARAMETER.fullmatch(name) is not None


def is_secret_field(name: str) -> bool:
    """Say whether a field of JSON is called as if its value were a key."""
    return re.fullmatch(_FIELD, name) is not None


class Redaction:
    """Knows keys, and takes them out of interactions; it learns those that callers and answers bring along."""

    def __init__(self, *keys: str) -> None:
        self._needles: dict[str, frozenset[bytes]] = {}
        for key in keys:
            self._learn(key)

    def redacted(self, interaction: Interaction) -> Interaction:
        """Give the same without keys. Raises `Unreadable` where they cannot be looked for."""
        request, response = interaction.request, interaction.response
        for key in [*_carried(request.headers), *_queried(request.query), *_carried(response.headers)]:
            self._learn(key)
        for body, headers in ((request.body, request.headers), (response.body, response.headers)):
            for found in _IN_JSON.finditer(decoded(body, headers)):
                self._learn(found[1].decode("latin-1"))
        return Interaction(
            self._request(request), self._response(response), interaction.at, self.text(interaction.upstream)
        )

    def holds_key(self, data: bytes) -> bool:
        """Say whether a key stands there in any form."""
        return next(self._found(data), None) is not None

    def text(self, text: str) -> str:
        """Blot out keys in a text."""
        return self.data(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")

    def data(self, data: bytes) -> bytes:
        """Blot out keys in bytes; what comes out is as long as what goes in."""
        blotted = bytearray(data)
        for start, end in (found.span(1) for found in _IN_JSON.finditer(data)):
            blotted[start:end] = self._mask * (end - start)
        while spans := list(self._found(bytes(blotted))):
            before = bytes(blotted)
            for start, end in spans:
                start -= _escapes(before, start)  # noqa: PLW2901  no backslash is left alone
                blotted[start:end] = self._mask * (end - start)
            if before == blotted:
                break
        return bytes(blotted)

    @property
    def _mask(self) -> bytes:
        """A character that no key has, so that no blot can become one."""
        keys = "".join(self._needles)
        return next((bytes([one]) for one in _MASKS if chr(one) not in keys), b"*")

    def _learn(self, key: str) -> None:
        if len(key) >= SHORTEST and key not in self._needles and key.strip("*"):
            self._needles[key] = needles(key)

    def _found(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Give the spans in which keys stand; where it is, is looked up only if a glance shows any."""
        wanted = [one for known in self._needles.values() for one in known]
        if not any(needle in seen.data.lower() for seen in readings(Glance(data)) for needle in wanted):
            return
        for view in readings(View.of(data)):
            lowered = view.data.lower()
            for needle in wanted:
                at = lowered.find(needle)
                while at >= 0:
                    yield from view.origins((at, at + len(needle)))
                    at = lowered.find(needle, at + len(needle))

    def _request(self, request: RecordedRequest) -> RecordedRequest:
        headers = tuple(
            (self.text(name), self.text(value) if name.lower() in _SAFE else BLOT) for name, value in request.headers
        )
        body = b"".join(self._body([request.body], request.headers))
        return RecordedRequest(
            self.text(request.method), self.text(request.path), self._query(request.query), headers, body
        )

    def _response(self, response: RecordedResponse) -> RecordedResponse:
        headers = tuple(
            (self.text(name), BLOT if is_key(name) else self.text(value)) for name, value in response.headers
        )
        data = self._body([data for _, data in response.chunks], response.headers)
        chunks = tuple((at, one) for (at, _), one in zip(response.chunks, data, strict=True) if one)
        return replace(response, reason=self.text(response.reason), headers=headers, chunks=chunks)

    def _query(self, query: str) -> str:
        pairs = []
        for pair in query.split("&"):
            name, equals, _ = pair.partition("=")
            pairs.append(f"{name}={BLOT}" if equals and is_secret(unquote_plus(name)) else pair)
        return self.text("&".join(pairs))

    def _body(self, chunks: list[bytes], headers: Headers) -> list[bytes]:
        """Blot out keys; a compressed body that has any is compressed anew, and comes with the last of its chunks."""
        whole = b"".join(chunks)
        plain = decoded(whole, headers)
        clean = self.data(plain)
        if clean == plain:
            return chunks
        if plain != whole:
            return [*([b""] * (len(chunks) - 1)), _encoded(clean, headers)]
        bounds = accumulate(map(len, chunks), initial=0)
        return [clean[start:end] for start, end in pairwise(bounds)]


def _escapes(data: bytes, start: int) -> int:
    """Give 1 if a backslash before escapes what stands there, else 0."""
    before = data[:start]
    return (len(before) - len(before.rstrip(b"\\"))) % 2


def _carried(headers: Headers) -> Iterator[str]:
    """Give the keys that headers bring along: whole values, each of their parts, and what is in Basic ones."""
    for name, value in headers:
        kind = name.lower()
        if "cookie" in kind:
            parts = value.split(";")[: 1 if kind.startswith("set-") else None]
            yield from (part.partition("=")[2].strip(' "') for part in parts)
        elif is_key(name):
            scheme, _, rest = value.strip().partition(" ")
            yield from (value.strip(), rest.strip())
            yield from (one for one in _PIECES.split(value) if one.lower() not in _SCHEMES)
            if scheme.lower() == "basic":
                yield from _in_basic(rest)


def _in_basic(encoded: str) -> Iterable[str]:
    try:
        text = b64decode(encoded.strip()).decode("utf-8", "replace")
    except ValueError:
        return ()
    return text, *text.split(":", 1)


def _queried(query: str) -> Iterator[str]:
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if is_secret(unquote_plus(name)):
            yield from (value, unquote_plus(value))


def decoded(body: bytes, headers: Headers) -> bytes:
    """Undo a body's `content-encoding`. Raises `Unreadable` for one that is not gzip or deflate."""
    for encoding in reversed(_encodings(headers)):
        if encoding not in READABLE:
            raise Unreadable(f"its content-encoding is {encoding}")
        body = _inflated(body)
    return body


def _encodings(headers: Headers) -> list[str]:
    named = first(headers, "content-encoding").lower().split(",")
    return [one.strip() for one in named if one.strip() not in ("", "identity")]


def _inflated(body: bytes) -> bytes:
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):  # with a head of gzip's or zlib's, or without one
        try:
            return zlib.decompressobj(bits).decompress(body) if body else b""
        except zlib.error:
            continue
    raise Unreadable("it is not compressed as its content-encoding says")


def _encoded(body: bytes, headers: Headers) -> bytes:
    for encoding in _encodings(headers):
        packer = zlib.compressobj(wbits=zlib.MAX_WBITS | (16 if "gzip" in encoding else 0))
        body = packer.compress(body) + packer.flush()
    return body
