r"""Cassettes: what callers asked an endpoint and what it answered, one interaction a line, as JSON.

    {"cassette": 1, "at": "2026-01-31T12:00:00.123456+00:00", "upstream": "https://my.region.inference.ml.azure.com",
     "request": {"method": "POST", "path": "/score", "query": "", "headers": [["content-type", "application/json"]],
                 "body": "{\"inputs\": ...}"},
     "response": {"status": 200, "reason": "OK", "headers": [["content-type", "application/json"]],
                  "framing": "length", "head_s": 0.2031, "chunks": [[0.2032, "[{\"0\": ...}]"]],
                  "end": "complete", "end_s": 0.2032}}

Bytes are a text where they are UTF-8, else `{"base64": "..."}`; seconds count from the end of the request. Each line
says of which version it is, so that cassettes can be cut and joined by line.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass as plain_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from azureml_emulator.schema import path as spelt

VERSION = 1
"""The version of the lines that are written; later ones cannot be read."""

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)


def _bytes(given: Any) -> bytes:
    if isinstance(given, bytes):
        return given
    try:
        if isinstance(given, str):
            return given.encode()
        if isinstance(given, dict) and list(given) == ["base64"]:
            return b64decode(given["base64"], validate=True)
    except (ValueError, TypeError):
        pass
    raise ValueError("expected a text, or {'base64': ...}")


def _plain(data: bytes) -> Any:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}


Data = Annotated[bytes, BeforeValidator(_bytes), PlainSerializer(_plain)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Headers = tuple[tuple[str, str], ...]
"""Headers in the order, and with the names, in which they were sent; each byte of a value is one character."""


def first(headers: Headers, name: str) -> str:
    """Give the first header of that name, in lower case, or nothing."""
    return next((value for known, value in headers if known.lower() == name), "")


@dataclass(frozen=True, config=_STRICT)
class RecordedRequest:
    """What a caller asked: below the recorder's address, with the query as it was sent."""

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: Data = b""


@dataclass(frozen=True, config=_STRICT)
class RecordedResponse:
    """What was answered, and when, in seconds after the request's end.

    `framing` says what told the caller where the body ends: its `length`, `chunked` encoding, of which each chunk is
    one of `chunks`, or the connection's `close`. `end` says whether it is `complete`, was `cut` off or `reset` by the
    endpoint, or whether the caller `left`.
    """

    status: Annotated[int, Field(ge=100, le=999)]
    reason: str = ""
    headers: Headers = ()
    framing: Literal["length", "chunked", "close"] = "length"
    head_s: Seconds = 0.0
    chunks: tuple[tuple[Seconds, Data], ...] = ()
    end: Literal["complete", "cut", "reset", "left"] = "complete"
    end_s: Seconds = 0.0

    def __post_init__(self) -> None:
        times = [self.head_s, *(at for at, _ in self.chunks), self.end_s]
        if times != sorted(times):
            raise ValueError("expected times that rise from head_s over the chunks to end_s")

    @property
    def body(self) -> bytes:
        """The whole body, as encoded as it was sent."""
        return b"".join(data for _, data in self.chunks)

    @property
    def streamed(self) -> bool:
        """Whether it is a stream of events."""
        return first(self.headers, "content-type").lower().startswith("text/event-stream")


@dataclass(frozen=True, config=_STRICT)
class Interaction:
    """One request and its response; `at` is when the request ended, `upstream` whom it went to."""

    request: RecordedRequest
    response: RecordedResponse
    at: str = ""
    upstream: str = ""


_INTERACTION = TypeAdapter(Interaction)


@plain_dataclass(frozen=True)
class Cassette:
    """All interactions of a file, in the order of its lines."""

    interactions: tuple[Interaction, ...]
    name: str = ""

    @classmethod
    def load(cls, file: str) -> "Cassette":
        """Read a file. Raises `ValueError`: one line, with file, line and reason."""
        try:
            data = Path(file).read_bytes()
        except (OSError, ValueError) as error:
            raise ValueError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
        return cls(tuple(_parsed(data, file)), file)


def _parsed(data: bytes, file: str) -> Iterator[Interaction]:
    lines = data.split(b"\n")
    if lines.pop() != b"":
        raise ValueError(f"{file}:{len(lines) + 1}: the line does not end; was the recording cut off?")
    if not lines:
        raise ValueError(f"{file}: no interaction is recorded here")
    for number, line in enumerate(lines, 1):
        try:
            yield parsed(line)
        except ValueError as error:
            raise ValueError(f"{file}:{number}: {error}") from None


def parsed(line: bytes) -> Interaction:
    """Read a line. Raises `ValueError` with the reason."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("expected a JSON object in a line of its own") from None
    version = document.pop("cassette", None) if isinstance(document, dict) else None
    if type(version) is not int:
        raise ValueError('this is no line of a cassette: it says no version, such as "cassette": 1')
    if version != VERSION:
        raise ValueError(f"expected a cassette of version {VERSION}, not {version}; a later emulator wrote it")
    try:
        return _INTERACTION.validate_python(document)
    except ValidationError as error:
        raise ValueError("; ".join(_explained(error))) from None


def _explained(error: ValidationError) -> Iterable[str]:
    for one in error.errors(include_url=False, include_input=False):
        yield f"{spelt(one['loc'])}: {one['msg'].removeprefix('Value error, ')}"


def written(interaction: Interaction) -> bytes:
    """Write a line, with the line feed that ends it."""
    first_of_all = {"cassette": VERSION, "at": interaction.at, "upstream": interaction.upstream}
    document = first_of_all | _INTERACTION.dump_python(interaction)
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode() + b"\n"
