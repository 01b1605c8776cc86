"""Server-sent events: bytes in, events out, and whether the answer in them is whole.

`EventParser` knows neither sockets nor models; `Chunks` reads pieces of an answer from its events, see `events`.
Lines end at CR, LF or CRLF and nowhere else, so U+2028 in a text does no harm.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from azureml_endpoint.errors import (
    EndpointError,
    EndpointTimeoutError,
    StreamCutError,
    StreamEventError,
)
from azureml_endpoint.events import CallNumbers, error_message
from azureml_endpoint.excerpts import SHOWN_BODY, excerpt

DONE = "[DONE]"


class Event(NamedTuple):
    """One server-sent event: its name, `message` unless given, and its data lines joined by LF.

    What is no UTF-8 in it stands as U+FFFD (WHATWG HTML 9.2), and it is `torn` then.
    """

    name: str
    data: str
    torn: bool = False


class EventParser:
    """An incremental parser of server-sent events, correct however the bytes are cut (WHATWG HTML 9.2)."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._after_cr = False
        self._first = True
        self._name = ""
        self._data: list[str] = []
        self._torn = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Yield the events that `chunk` completes."""
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        *lines, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._after_cr = chunk.endswith(b"\r")
        for line in lines:
            self._line += line
            yield from self._take()
        self._line += rest

    def close(self) -> Iterator[Event]:
        """Yield the event that the end of the bytes completes: servers forget the last empty line."""
        if self._line:
            yield from self._take()
        yield from self._dispatch()

    def _take(self) -> Iterator[Event]:
        try:
            line = self._line.decode()
        except UnicodeDecodeError:
            line, self._torn = self._line.decode("utf-8", "replace"), True
        self._line.clear()
        if self._first:
            line, self._first = line.removeprefix("\ufeff"), False
        if not line:
            yield from self._dispatch()
            return
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._name = value

    def _dispatch(self) -> Iterator[Event]:
        name, data, torn = self._name or "message", self._data, self._torn
        self._name, self._data, self._torn = "", [], False
        if data:
            yield Event(name, "\n".join(data), torn)


class Piece(Protocol):
    """What both kinds of chunk have."""

    @property
    def text(self) -> str:
        """The piece's text."""
        ...

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped, on the last piece."""
        ...


P = TypeVar("P", bound=Piece)
E = TypeVar("E", bound=EndpointError)


@dataclass
class Chunks(Generic[P]):
    """The pieces of one streamed answer: feed bytes, close, and an incomplete or failed stream raises.

    The stream is whole when `[DONE]` came or a finish reason did. Errors carry the text so far as `partial`.
    """

    read: Callable[[Any], P | None]
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""
    done: bool = False

    def __post_init__(self) -> None:
        self._parser = EventParser()
        self._texts: list[str] = []
        self._passed_over = ""
        self._finished = False
        self._calls = CallNumbers()

    @property
    def partial(self) -> str:
        """The text that has arrived."""
        return "".join(self._texts)

    def feed(self, chunk: bytes) -> Iterator[P]:
        """Yield the pieces that `chunk` completes; nothing more once `done`."""
        yield from self._pieces(self._parser.feed(chunk))

    def close(self) -> Iterator[P]:
        """Yield what the end completes, a torn event left out; StreamCutError when the answer is not whole."""
        yield from self._pieces(event for event in self._parser.close() if _is_whole(event))
        if not self._whole:
            raise self._cut("the stream ended without [DONE] and without a finish reason")

    def broke(self, error: EndpointError) -> None:
        """Take note that the connection broke: raises unless nothing of the answer can be missing."""
        if self._whole:
            return
        if isinstance(error, EndpointTimeoutError):
            error.partial = self.partial
            raise error
        raise self._cut(f"the stream broke off: {error.args[0]}") from error

    @property
    def _whole(self) -> bool:
        return self.done or self._finished

    def _cut(self, reason: str) -> StreamCutError:
        text = f"{reason}, after {len(self.partial)} characters of text"
        if self._passed_over and not self._texts:
            text = f"{text}. An event that held none: {excerpt(self._passed_over, SHOWN_BODY)}"
        return self._marked(StreamCutError(text, status=200, body=self._passed_over, headers=self.headers))

    def _marked(self, error: E) -> E:
        error.partial = self.partial
        error.without(self.secret)
        return error

    def _pieces(self, events: Iterator[Event]) -> Iterator[P]:
        for event in events:
            for data in self._decoded(event):
                if self.done:
                    return
                try:
                    piece = self.read(self._calls.numbered(data))
                except ValueError as error:
                    raise self._failed(str(error), event.data) from None
                if piece is None:
                    self._passed_over = event.data
                    continue
                self._texts.append(piece.text)
                self._finished = self._finished or bool(piece.finish_reason)
                yield piece

    def _decoded(self, event: Event) -> Iterator[Any]:
        if event.data.strip() == DONE:
            if not self._texts:
                raise self._cut("the stream ended without any piece of an answer")
            self.done = True
            return
        if event.torn:
            raise self._failed("bytes that are no UTF-8", event.data)
        for data in _documents(event.data):
            message = _why_no_json(event.data) if data is None else error_message(data)
            if message is not None or event.name == "error":
                raise self._failed(message or "the event's name is error", event.data)
            yield data

    def _failed(self, message: str, data: str) -> StreamEventError:
        shown = excerpt(data, SHOWN_BODY)
        text = f"the stream failed after {len(self.partial)} characters of text: {message}. The event: {shown}"
        return self._marked(StreamEventError(text, status=200, body=data, headers=self.headers))


def _documents(data: str) -> list[Any]:
    """Return the JSON of an event, or of its lines one by one, since servers forget empty lines; None is no JSON."""
    whole = _loaded(data)
    if whole is None and "\n" in data:
        return [_loaded(line) for line in data.split("\n") if line.strip() != DONE]
    return [whole]


def _is_whole(event: Event) -> bool:
    return event.data.strip() == DONE or None not in _documents(event.data)


def _loaded(text: str) -> Any:
    """Return the JSON in a text, once more decoded if it is the text of an object, as with whole answers."""
    try:
        data = json.loads(text)
        return json.loads(data) if isinstance(data, str) and data.lstrip()[:1] == "{" else data
    except (ValueError, RecursionError):
        return None


def _why_no_json(text: str) -> str:
    try:
        json.loads(text)
    except ValueError as error:
        return f"no JSON ({error})"
    except RecursionError:
        return "JSON that is nested too deeply"
    return "no JSON"
