"""A process of its own that loads a server: some connections, each sending as soon as it is answered.

Asked `{"port": .., "pid": .., "path": .., "seconds": .., "fresh": .., "most": ..}` on standard input, it answers
with what came back in that window; `fresh` makes every request another one, else a few prompts come again and again.
The window is over before its time when `most` requests were sent.
A connection that a server closes after an answer is opened again.
It is bounded in time and in number, and only ever calls 127.0.0.1.
"""

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from time import perf_counter, process_time

from ratios.data import KEY, SEVERAL, chat_body, gpt2_body
from ratios.footprint import processor_time
from ratios.processes import answer

CONNECTIONS = 16
WARM_UP = 0.3
MOST_SECONDS = 60.0
MOST_REQUESTS = 1_000_000

_NUMBER = "##########"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_HEAD = (
    "POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: benchmark\r\nAccept: application/json\r\n"
    f"Authorization: Bearer {KEY}\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
).encode()


def requests(path: str, fresh: bool) -> Iterator[bytes]:
    """Requests as bytes, without end; what can be is made before the clock runs."""
    write = gpt2_body if path == "/score" else chat_body
    bodies = [write(f"{_NUMBER} {prompt}") for prompt in SEVERAL]
    made = [_HEAD % (path.encode(), len(body), body) for body in bodies]
    if not fresh:
        return cycle(made)
    return (one.replace(_NUMBER.encode(), b"%010d" % number) for number, one in enumerate(cycle(made)))


def whole(received: bytes) -> bool:
    """Whether these bytes are a whole response."""
    head = received.find(b"\r\n\r\n") + 2
    if head < 2:
        return False
    found = _LENGTH.search(received, 0, head)
    if found is None:
        return bool(_CHUNKED.search(received, 0, head)) and received.endswith(b"\r\n0\r\n\r\n")
    return len(received) >= head + 2 + int(found[1])


@dataclass
class Window:
    """What happens in one window; all its connections share it."""

    port: int
    requests: Iterator[bytes]
    most: int
    answered: int = 0
    refused: int = 0
    sent: int = 0
    open: int = 0
    over: bool = False
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    connections: "set[Connection]" = field(default_factory=set)

    @property
    def wants(self) -> bool:
        """Whether more is to be sent."""
        return not self.over and self.sent < self.most

    async def connect(self) -> None:
        """Open one more connection."""
        await asyncio.get_running_loop().create_connection(lambda: Connection(self), "127.0.0.1", self.port)


class Connection(asyncio.Protocol):
    """One connection: a request at a time, the next as soon as the answer is whole."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._received = b""
        self._waits = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._window.connections.add(self)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not whole(self._received):
            return
        if self._received.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
            self._window.answered += 1
        else:
            self._window.refused += 1
        closes = b"\r\nconnection: close\r\n" in self._received[:1000].lower()
        self._received = b""
        self._ended()
        if not closes:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._window.connections.discard(self)
        if self._waits:
            self._window.refused += 1
            self._ended()
        if self._window.wants:
            self._again = asyncio.ensure_future(self._window.connect())

    def close(self) -> None:
        self._transport.abort()

    def _send(self) -> None:
        """Send a request, or go: a server that takes one caller at a time would wait for what never comes."""
        if not self._window.wants:
            self.close()
            return
        self._window.sent += 1
        self._window.open += 1
        self._waits = True
        self._transport.write(next(self._window.requests))

    def _ended(self) -> None:
        self._waits = False
        self._window.open -= 1
        if not self._window.open and (self._window.over or self._window.sent >= self._window.most):
            self._window.idle.set()


async def load(
    port: int, pid: int, seconds: float, path: str = "/score", fresh: bool = False, most: int = MOST_REQUESTS
) -> dict[str, float | None]:
    """Load a port for a while; the processor time in the answer is that of the server and of this process."""
    window = Window(port, requests(path, fresh), most)
    await asyncio.gather(*[window.connect() for _ in range(CONNECTIONS)])
    await asyncio.sleep(WARM_UP)
    count, start, busy, own = window.answered, perf_counter(), processor_time(pid), process_time()
    with suppress(TimeoutError):
        await asyncio.wait_for(window.idle.wait(), min(seconds, MOST_SECONDS))
    count, taken, now_busy = window.answered - count, perf_counter() - start, processor_time(pid)
    own = process_time() - own
    window.over = True
    if window.open:
        await asyncio.wait_for(window.idle.wait(), MOST_SECONDS)
    for connection in list(window.connections):
        connection.close()
    server = None if busy is None or now_busy is None else now_busy - busy
    return {"answered": count, "refused": window.refused, "seconds": taken, "server": server, "own": own}


def main() -> None:
    """Answer a line for each line."""
    for line in sys.stdin:
        answer(asyncio.run(load(**json.loads(line))))


if __name__ == "__main__":
    main()
