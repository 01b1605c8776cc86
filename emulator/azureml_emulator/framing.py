"""HTTP/1 on the way out: the bytes of a reply, exactly as the reply says, header names in lower case like Envoy's."""

from functools import cache
from http import HTTPStatus

from azureml_emulator.wire import Reply

LAST_CHUNK = b"0\r\n\r\n"


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
