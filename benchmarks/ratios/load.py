"""A process of its own that loads a server: some kept connections, each sending as soon as it is answered.

Asked `{"port": .., "pid": .., "seconds": .., "fresh": ..}` on standard input, it answers with what came back in that
window; `fresh` makes every request another one, else a few prompts come again and again.
It is bounded in time and in number, and only ever calls 127.0.0.1.
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from time import perf_counter, process_time

from ratios.data import KEY, SEVERAL, gpt2_body
from ratios.processes import answer

CONNECTIONS = 16
WARM_UP = 0.3
MOST_SECONDS = 10.0
MOST_REQUESTS = 1_000_000

_NUMBER = "##########"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD = (
    "POST /score HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: benchmark\r\nAccept: application/json\r\n"
    f"Authorization: Bearer {KEY}\r\nContent-Type: application/json\r\nContent-Length: "
).encode()


def requests(fresh: bool) -> Iterator[bytes]:
    """Requests as bytes, without end; what can be is made before the clock runs."""
    bodies = [gpt2_body(f"{_NUMBER} {prompt}") for prompt in SEVERAL]
    made = [_HEAD + b"%d\r\n\r\n" % len(body) + body for body in bodies]
    if not fresh:
        return cycle(made)
    return (one.replace(_NUMBER.encode(), b"%010d" % number) for number, one in enumerate(cycle(made)))


@dataclass
class Window:
    """What happens in one window; all its connections share it."""

    requests: Iterator[bytes]
    answered: int = 0
    refused: int = 0
    sent: int = 0
    open: int = 0
    over: bool = False
    idle: asyncio.Event = field(default_factory=asyncio.Event)


class Connection(asyncio.Protocol):
    """One connection: a request at a time, the next as soon as the answer is whole."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._received = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        found = _LENGTH.search(self._received, 0, head + 2) if head >= 0 else None
        if found is None or len(self._received) < head + 4 + int(found[1]):
            return
        if self._received.startswith(b"HTTP/1.1 200"):
            self._window.answered += 1
        else:
            self._window.refused += 1
        self._received = b""
        self._window.open -= 1
        if self._window.over and not self._window.open:
            self._window.idle.set()
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._window.over:
            self._window.refused += 1

    def close(self) -> None:
        self._transport.abort()

    def _send(self) -> None:
        if not self._window.over and self._window.sent < MOST_REQUESTS:
            self._window.sent += 1
            self._window.open += 1
            self._transport.write(next(self._window.requests))


async def load(port: int, pid: int, seconds: float, fresh: bool) -> dict[str, float | None]:
    """Load a port for a while; the processor time in the answer is that of the server and of this process."""
    window = Window(requests(fresh))
    loop = asyncio.get_running_loop()
    opening = [loop.create_connection(lambda: Connection(window), "127.0.0.1", port) for _ in range(CONNECTIONS)]
    connections = [protocol for _, protocol in await asyncio.gather(*opening)]
    await asyncio.sleep(WARM_UP)
    count, start, busy, own = window.answered, perf_counter(), processor_time(pid), process_time()
    await asyncio.sleep(min(seconds, MOST_SECONDS))
    count, taken, now_busy = window.answered - count, perf_counter() - start, processor_time(pid)
    own = process_time() - own
    window.over = True
    await asyncio.wait_for(window.idle.wait(), MOST_SECONDS)
    for connection in connections:
        connection.close()
    server = None if busy is None or now_busy is None else now_busy - busy
    return {"answered": count, "refused": window.refused, "seconds": taken, "server": server, "own": own}


def processor_time(pid: int) -> float | None:
    """The seconds of processor time that another process has used, where the system tells it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Answer a line for each line."""
    for line in sys.stdin:
        answer(asyncio.run(load(**json.loads(line))))


if __name__ == "__main__":
    main()
