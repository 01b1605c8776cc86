"""A bare socket that writes prepared bytes and reads until the answer is whole: what no client can beat."""

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from threading import local
from typing import Any
from urllib.parse import urlsplit

from azureml_bench.wire import Wire

NEEDS = ""
SPEAKS: frozenset[str] = frozenset()

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n0\r\n\r\n"


def factory(url: str, key: str, wire: Wire) -> Callable[[str], Any]:
    """Make it. It gives an answer as it came, to be read when the clock has stopped."""
    address = urlsplit(url)
    head = (
        f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    )
    at = address.hostname or "", address.port or (443 if address.scheme == "https" else 80)
    context = ssl.create_default_context() if address.scheme == "https" else None
    mine = local()

    def sent(prompt: str) -> socket.socket:
        if not hasattr(mine, "line"):
            line = socket.create_connection(at, timeout=60)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            mine.line = context.wrap_socket(line, server_hostname=at[0]) if context else line
        body = wire.body(prompt)
        mine.line.sendall((head % len(body)).encode() + body)
        return mine.line  # type: ignore[no-any-return]

    def call(prompt: str) -> bytes:
        line, data = sent(prompt), b""
        while not _whole(data):
            data += _received(line)
        head, _, body = data.partition(b"\r\n\r\n")
        if b" 200 " not in head[:16]:
            raise ConnectionError(f"the endpoint said {head[:40].splitlines()[0].decode('latin-1')}")
        return body

    def stream(prompt: str) -> Iterator[bytes]:
        line, last = sent(prompt), b""
        while not last.endswith(_END):
            data = _received(line)
            last = last[-len(_END) :] + data
            yield data

    return stream if wire.stream else call


def _whole(data: bytes) -> bool:
    head, between, body = data.partition(b"\r\n\r\n")
    length = _LENGTH.search(head) if between else None
    return length is not None and len(body) >= int(length[1])


def _received(line: socket.socket) -> bytes:
    data = line.recv(1 << 16)
    if not data:
        raise ConnectionError("the connection was closed before the answer was whole")
    return data
