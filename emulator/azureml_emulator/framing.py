"""HTTP/1 on the way out: the bytes of a reply, exactly as the reply says, header names in lower case like Envoy's."""

from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from math import inf

from azureml_emulator.wire import Reply, Write

LAST_CHUNK = b"0\r\n\r\n"
_WITHOUT_BODY = {204, 304}


def frames(
    reply: Reply, http: tuple[int, int] = (1, 1), keep_alive: bool = True, method: str = "POST"
) -> Iterator[Write]:
    """Give what goes out and when: the head with the first write, then each write as it is or, chunked, as one chunk.

    A write without bytes is no chunk, since that would be the last one. Answers to `HEAD`, and those with status 204
    or 304, are a head alone. Of a reply that breaks off, what would be due later is left out, and the last frame,
    which may be empty, is due when the connection is dropped.
    """
    rest, end = head(reply, http, keep_alive), reply.end
    if end is not None and end.head is not None:
        yield end.at, rest[: end.head]
        return
    chunked = reply.chunked and http >= (1, 1)
    bodyless = method == "HEAD" or reply.status in _WITHOUT_BODY
    until = inf if end is None else end.at
    due = 0.0
    for due, data in reply.writes:
        if due > until:
            break
        yield due, rest if bodyless else rest + (chunk(data) if chunked and data else data)
        rest = b""
        if bodyless:
            break
    if end is not None:
        yield end.at, rest
    elif rest or (chunked and not bodyless):
        yield due, rest if bodyless or not chunked else rest + LAST_CHUNK


def head(reply: Reply, http: tuple[int, int] = (1, 1), keep_alive: bool = True) -> bytes:
    """Render status line and headers, up to the empty line.

    `http` is the caller's version, answered in 1.0 or 1.1, `keep_alive` whether the connection stays open. A chunked
    reply to HTTP/1.0 has no length and ends with the connection.
    """
    lines = [_status_line(http, reply.status), *[f"{name}: {value}" for name, value in reply.headers]]
    if reply.chunked and http >= (1, 1):
        lines.append("transfer-encoding: chunked")
    if keep_alive != (http >= (1, 1)):
        lines.append("connection: keep-alive" if keep_alive else "connection: close")
    lines.append("\r\n")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def chunk(data: bytes) -> bytes:
    """Frame a piece of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


@cache
def _status_line(http: tuple[int, int], status: int) -> str:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    return f"HTTP/{'1.1' if http >= (1, 1) else '1.0'} {status} {phrase}"
