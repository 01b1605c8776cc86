"""A recorder in a thread of its own, upstreams that say exactly what they are told, and answers read to the byte."""

import asyncio
import contextlib
import socket
import threading
from typing import NamedTuple

from azureml_emulator.recorder import Recorder
from azureml_emulator.recording.cassette import Cassette
from azureml_emulator.recording.cassette_file import CassetteFile
from azureml_emulator.recording.upstream import Upstream


class Recording:
    """A recorder that runs: where, what it told, and the cassette when it is done."""

    def __init__(self, file):
        self.file = file
        self.told = []
        self.port = 0

    @property
    def interactions(self):
        return Cassette.load(str(self.file)).interactions


@contextlib.contextmanager
def recording(upstream, file, key=None, mode="new", timeout=10.0):
    """Record an address until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    run = lambda work: asyncio.run_coroutine_threadsafe(work, loop).result(30)  # noqa: E731
    result = Recording(file)

    async def start():
        cassette = CassetteFile(str(file), mode, *([key] if key else []))
        recorder = Recorder(Upstream.of(upstream), cassette, key, timeout, result.told.append)
        return recorder, await recorder.start()

    recorder, url = run(start())
    result.port = int(url.rpartition(":")[2])
    try:
        yield result
    finally:
        run(recorder.stop(5))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Answer(NamedTuple):
    """An answer to the byte: its status line, headers, and body in HTTP chunks (or whole, if it is not chunked)."""

    status: str
    headers: list[tuple[str, str]]
    chunks: list[bytes]
    complete: bool

    @property
    def body(self):
        return b"".join(self.chunks)

    def dateless(self):
        """The same without what differs by the hour."""
        return self._replace(headers=[one for one in self.headers if one[0].lower() != "date"])


def ask(port, method="POST", target="/score", body=b"{}", headers=(("Content-Type", "application/json"),)):
    """Send a request, and read its answer until the connection is closed."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    lines += [f"Content-Length: {len(body)}"] if body or method == "POST" else []
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while data := connection.recv(65536):
                received += data
    return read(received)


def read(received):
    """Take an answer apart."""
    head, _, rest = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines]
    headers = [one for one in headers if one != ("connection", "close") and one != ("Connection", "close")]
    named = {name.lower(): value for name, value in headers}
    if "transfer-encoding" not in named:
        return Answer(
            status, headers, [rest] if rest else [], len(rest) == int(named.get("content-length", len(rest)))
        )
    chunks = []
    while b"\r\n" in rest:
        size, _, after = rest.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            return Answer(status, headers, chunks, complete=True)
        chunks.append(after[:length])
        rest = after[length + 2 :]
    return Answer(status, headers, chunks, complete=False)


class Told(threading.Thread):
    """An upstream that answers each connection with the pieces it is told, a little apart; None breaks it off."""

    def __init__(self, *pieces, gap=0.03):
        super().__init__(daemon=True)
        self.pieces = pieces
        self.heard = []
        self.gap = threading.Event()
        self.seconds = gap
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                self._answer(connection)

    def _answer(self, connection):
        heard = connection.recv(65536)
        while b"\r\n\r\n" not in heard:
            heard += connection.recv(65536)
        length = heard.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        while len(heard.partition(b"\r\n\r\n")[2]) < int(length or 0):
            heard += connection.recv(65536)
        self.heard.append(heard)
        for piece in self.pieces:
            if piece is None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                return
            connection.sendall(piece)
            self.gap.wait(self.seconds)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.join(5)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"
