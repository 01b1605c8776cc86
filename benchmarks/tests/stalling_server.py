"""A server, in a process of its own, that answers after 20 ms, but does nothing at all for 2 s, once: from 7 s after
the first request on. What it has in hand then waits until the stall is over. It ends by itself after a minute.
"""

import asyncio
import sys

BEGINS, LASTS, USUAL = 7.0, 2.0, 0.02
_ANSWER = b'[{"0": "An answer."}]'
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"


def latency(since_first: float) -> float:
    """Give how long an answer takes to what comes so many seconds after the first request."""
    if since_first >= BEGINS + LASTS or since_first + USUAL <= BEGINS:
        return USUAL
    return USUAL + LASTS if since_first < BEGINS else BEGINS + LASTS - since_first + USUAL


class Connection(asyncio.Protocol):
    """Answers each request that comes whole; nobody sends another one before."""

    first: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._received = transport, b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        if len(body) < length:
            return
        self._received = b""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if Connection.first is None:
            Connection.first = now
        loop.call_at(now + latency(now - Connection.first), self._answer)

    def _answer(self) -> None:
        self._transport.write(_HEAD % len(_ANSWER) + _ANSWER)


async def main() -> None:
    """Serve; the port is the first line."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main())
