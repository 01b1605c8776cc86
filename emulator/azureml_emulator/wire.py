"""The values of the request path: a `Call` goes into the engine, a `Reply` comes out of it.

They, and the other values a request is made of, are named tuples: frozen, and a few times cheaper to make than
frozen dataclasses, of which a request would make a dozen.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from azureml_emulator.journal import Exchange

Headers = tuple[tuple[str, str], ...]
"""Response headers in the order in which they are sent, names in lower case as Envoy writes them."""

JSON: Headers = (("content-type", "application/json"),)
TEXT: Headers = (("content-type", "text/plain"),)

Write = tuple[float, bytes]
"""Some bytes of a body and when they are due, in seconds after the call's arrival."""


Timing = tuple[tuple[str, float], ...]
"""The stages of an answer's time, in seconds, in the order in which they passed."""


class Call(NamedTuple):
    """One request as it came in, read whole.

    `headers` is looked up by lower-case name, whatever case they were sent in. `at` is the arrival in Unix
    seconds. `listener` names the endpoint whose own port was called, "" for the main port. `oversized` says
    that the body was larger than the limit and was not kept. `query` is what stood after the question mark, as sent.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float = 0.0
    listener: str = ""
    oversized: bool = False
    query: str = ""


class End(NamedTuple):
    """How an answer breaks off: the connection is dropped `at` seconds after arrival, whatever is still to come.

    With `reset` the caller's system is told at once (TCP RST), without it the connection is closed like any other.
    `head` is how many bytes of the head are out before that, None if all of them.
    """

    at: float
    reset: bool = False
    head: int | None = None


class Result(NamedTuple):
    """What a container gives back to the front door, before that adds its own headers.

    The content type is the first of the headers. `end` is as in `Reply`; `timing` has the stages `queue`, `model` and
    `network`, as far as it got. `framed` says that the headers are all there are: none are put around.
    """

    status: int
    headers: Headers
    writes: tuple[Write, ...]
    chunked: bool = False
    end: End | None = None
    timing: Timing = ()
    framed: bool = False

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(data for _, data in self.writes)

    @property
    def seconds(self) -> float:
        """When it is over, in seconds after arrival."""
        return self.writes[-1][0] if self.end is None else self.end.at

    def later(self, seconds: float, headers: Headers = (), before: tuple[tuple[str, float], ...] = ()) -> "Result":
        """Give the same, so many seconds later and with more headers, after some stages `before` its own."""
        status, own, writes, chunked, end, timing, framed = self
        writes = tuple([(due + seconds, data) for due, data in writes])
        end = None if end is None else end._replace(at=end.at + seconds)
        return Result(status, own + headers, writes, chunked, end, before + timing, framed)


class Reply(NamedTuple):
    """One answer as a timetable: status, headers, and the writes of its body, in order of time.

    The head goes out with the first write, which may be empty. A `chunked` reply is sent with
    `transfer-encoding: chunked`, a write at a time; any other carries its length in its headers. `exchange` is the
    journal's record, which the server completes when it has played the last write; `mirrored` that of the copy which
    went to another deployment. `end` says how it breaks off, None if it comes to its own end. `hang_up`, if
    there is any, is to be called with the time, in Unix seconds, when the caller goes away before that.
    """

    status: int
    headers: Headers
    writes: tuple[Write, ...]
    chunked: bool = False
    exchange: "Exchange | None" = None
    end: End | None = None
    mirrored: "Exchange | None" = None
    hang_up: Callable[[float], None] | None = None

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(data for _, data in self.writes)

    @property
    def seconds(self) -> float:
        """When the last byte is due, or the connection dropped, in seconds after arrival."""
        if self.end is not None:
            return self.end.at
        return self.writes[-1][0] if self.writes else 0.0

    @property
    def at_once(self) -> bool:
        """Whether it goes out as a whole, as soon as it is known."""
        return not self.chunked and self.end is None and len(self.writes) == 1 and self.writes[0][0] <= 0

    def header(self, name: str) -> str:
        """Give the first header of that name, or nothing."""
        return next((value for known, value in self.headers if known.lower() == name), "")

    def with_header(self, name: str, value: str | None) -> "Reply":
        """Set a header in its place, or at the end if it is new; None leaves it out."""
        if value is None:
            return self._replace(headers=tuple(one for one in self.headers if one[0].lower() != name))
        if not self.header(name):
            return self._replace(headers=(*self.headers, (name, value)))
        return self._replace(
            headers=tuple((known, value if known.lower() == name else old) for known, old in self.headers)
        )

    def with_writes(self, writes: tuple[Write, ...]) -> "Reply":
        """Give another body; its length is told as it is."""
        reply = self._replace(writes=writes)
        return reply if self.chunked else reply.with_header("content-length", str(sum(len(one) for _, one in writes)))
