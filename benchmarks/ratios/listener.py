"""A process of its own that listens to many streams at once, and notes when each of their chunks arrives.

Asked `{"port": .., "request": .., "streams": .., "chunks": .., "spread": ..}` on standard input, it sends the
request on so many connections, evenly over `spread` seconds, and answers with the seconds from sending it to each
chunk, a list for each stream. A chunk arrives when the system had it (on Linux its own note of that, elsewhere when
it was read): what is measured is the server, and not how soon this process got a processor. There it reads every two
milliseconds and no more often, since it would take the processor from what it measures; of two chunks of a stream
that are read together, the first is given the time of the second. It is bounded in time and in number, and only ever
calls 127.0.0.1.
"""

import gc
import json
import selectors
import socket
import struct
import sys
from time import monotonic, process_time, sleep, time
from typing import Any

from ratios.processes import answer

MARK = b'{"content":"'
"""What is once in each chunk that has a token, and in no other but the last."""

SO_TIMESTAMPNS = 35
TIMESPEC = struct.Struct("ll")
STAMPED = sys.platform == "linux"

SENDING, LISTENING = 0.0005, 0.002
"""Seconds between looking at the sockets as long as requests are to be sent, and afterwards."""

MOST_STREAMS = 1000
MOST_SECONDS = 30.0


class Stream:
    """One connection, and when its chunks came, in seconds after the request was sent."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=MOST_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if STAMPED:
            self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.came: list[float] = []
        self.over = False
        self._rest = b""

    def send(self, request: bytes) -> None:
        self.socket.setblocking(False)
        self._sent = monotonic()
        self.socket.send(request)

    def read(self) -> None:
        data, lain = self._received()
        now = monotonic() - lain - self._sent
        if not self.came and not self._rest and not data.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"refused: {data[:300]!r}")
        whole = self._rest + data
        self.came += [now] * whole.count(MARK)
        self._rest = whole[1 - len(MARK) :]
        self.over = not data or b"[DONE]" in whole[-30:]

    def _received(self) -> tuple[bytes, float]:
        """Read; give how many seconds ago the last byte of it came."""
        if not STAMPED:
            return self.socket.recv(1 << 16), 0.0
        data, notes, _, _ = self.socket.recvmsg(1 << 16, socket.CMSG_SPACE(TIMESPEC.size))
        for _, kind, stamp in notes:
            if kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = TIMESPEC.unpack(stamp)
                return data, time() - seconds - nanoseconds / 1e9
        return data, 0.0


def listen(port: int, request: str, streams: int, chunks: int, spread: float) -> dict[str, Any]:
    """Send, read until all streams are over, and give what came when."""
    listening = [Stream(port) for _ in range(min(streams, MOST_STREAMS))]
    selector = selectors.DefaultSelector()
    sleep(0.3)
    gc.disable()
    data, busy, start = request.encode(), process_time(), monotonic()
    sent = over = 0
    while over < len(listening) and monotonic() < start + MOST_SECONDS:
        now = monotonic() - start
        while sent < len(listening) and now >= spread * sent / len(listening):
            selector.register(listening[sent].socket, selectors.EVENT_READ, listening[sent])
            listening[sent].send(data)
            sent += 1
        pause = SENDING if sent < len(listening) else LISTENING
        if STAMPED:
            sleep(pause)
        for key, _ in selector.select(0 if STAMPED else pause):
            key.data.read()
            if key.data.over:
                over += 1
                selector.unregister(key.fileobj)
                key.data.socket.close()
    busy = process_time() - busy
    gc.enable()
    return {"came": [[round(at, 6) for at in one.came[:chunks]] for one in listening], "own": busy}


def main() -> None:
    """Answer a line for each line."""
    for line in sys.stdin:
        answer(listen(**json.loads(line)))


if __name__ == "__main__":
    main()
