"""The values of the request path: a `Call` goes into the engine, a `Reply` comes out of it.

They, and the other values a request is made of, are named tuples: frozen, and a few times cheaper to make than
frozen dataclasses, of which a request would make a dozen.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from azureml_emulator.journal import Exchange

Headers = tuple[tuple[str, str], ...]
"""Response headers in the order in which they are sent, names in lower case as Envoy writes them."""

JSON: Headers = (("content-type", "application/json"),)
TEXT: Headers = (("content-type", "text/plain"),)

Write = tuple[float, bytes]
"""Some bytes of a body and when they are due, in seconds after the call's arrival."""


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


class Result(NamedTuple):
    """What a container gives back to the front door, before that adds its own headers.

    The content type is the first of the headers. `cut` is as in `Reply`.
    """

    status: int
    headers: Headers
    writes: tuple[Write, ...]
    chunked: bool = False
    cut: float | None = None

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(data for _, data in self.writes)

    @property
    def seconds(self) -> float:
        """When it is over, in seconds after arrival."""
        return self.writes[-1][0] if self.cut is None else self.cut

    def later(self, seconds: float, headers: Headers = ()) -> "Result":
        """Give the same, so many seconds later and with more headers."""
        writes = tuple((due + seconds, data) for due, data in self.writes)
        cut = None if self.cut is None else self.cut + seconds
        return Result(self.status, self.headers + headers, writes, self.chunked, cut)


class Reply(NamedTuple):
    """One answer as a timetable: status, headers, and the writes of its body, in order of time.

    A `chunked` reply is sent with `transfer-encoding: chunked`, a write at a time; any other carries its
    length in its headers. `exchange` is the journal's record, which the server completes when it has played
    the last write; `mirrored` that of the copy which went to another deployment. `cut` is when the connection is
    dropped before a chunked body's end, in seconds after arrival, or None.
    """

    status: int
    headers: Headers
    writes: tuple[Write, ...]
    chunked: bool = False
    exchange: "Exchange | None" = None
    cut: float | None = None
    mirrored: "Exchange | None" = None

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(data for _, data in self.writes)

    @property
    def seconds(self) -> float:
        """When the last byte is due, or the connection dropped, in seconds after arrival."""
        if self.cut is not None:
            return self.cut
        return self.writes[-1][0] if self.writes else 0.0
