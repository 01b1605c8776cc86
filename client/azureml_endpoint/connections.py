"""The sync road's connections: urllib3's, which bound every read and write and note what becomes of an attempt."""

import io
import socket
import time
from contextvars import ContextVar
from http.client import HTTPResponse, parse_headers
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError

from azureml_endpoint.exchanges import SHOWN_START, Attempt

SLICE = 1 << 18
"""Bytes written at once: each slice may take as long as the endpoint may be silent."""

current: ContextVar[Attempt] = ContextVar("attempt")


class _WatchedSocket:
    """A socket as an HTTP response sees it, for the attempt that is being made."""

    def __init__(self, sock: socket.socket, attempt: Attempt) -> None:
        self._sock = sock
        self._attempt = attempt
        self._reader: _WatchedReader | None = None

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a reader for the response's bytes."""
        self._reader = _WatchedReader(self._sock, self._attempt)
        return io.BufferedReader(self._reader)

    def count_from(self, start: int) -> None:
        """Let the attempt know how many bytes came after so many."""
        reader = self._reader
        if reader is not None:
            self._attempt.came = lambda: reader.tell() - start

    def hurry(self, seconds: float) -> None:
        """Let no further read wait longer."""
        if self._reader is not None:
            self._reader.deadline = min(self._reader.deadline, time.monotonic() + seconds)


class _WatchedReader(io.RawIOBase):
    """Reads so that no read outlives the call's deadline, however slow the drip, and notes the first bytes."""

    def __init__(self, sock: socket.socket, attempt: Attempt) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._silence = sock.gettimeout()
        self._attempt = attempt
        self._count = 0
        self.deadline = attempt.limits.deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if (left := _left(self._silence, self.deadline)) is not None:
            self._sock.settimeout(left)
        count = self._raw.readinto(buffer)
        if count and not self._attempt.received:
            self._attempt.received = bytes(buffer[: min(count, SHOWN_START)])
        self._count += count or 0
        return count

    def tell(self) -> int:
        """Return how many bytes were read, from which the reader in front knows how many it handed on."""
        return self._count

    def close(self) -> None:
        self._raw.close()
        super().close()


class Response(HTTPResponse):
    """http.client's response, which skips every informational answer (RFC 9110 15.2), not the 100 alone."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        self._watched = _WatchedSocket(sock, current.get())
        super().__init__(self._watched, *args, **kwargs)  # type: ignore[arg-type]  # needs makefile alone

    def hurry(self, seconds: float) -> None:
        """Let no further read wait longer."""
        self._watched.hurry(seconds)

    def begin(self) -> None:
        """Read the head, and take note of where the body begins."""
        super().begin()
        self._watched.count_from(self.fp.tell())

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]  # typeshed leaves it out
            if not 101 < status < 200:
                return version, status, reason
            parse_headers(self.fp)


class _Watched(HTTPConnection):
    response_class = Response
    _is_new = True

    def connect(self) -> None:
        self._is_new = True
        try:
            super().connect()
        finally:
            current.get().received = b""  # what a proxy said is no answer

    def request(self, *args: Any, **kwargs: Any) -> None:
        current.get().reused = self.sock is not None and not self._is_new
        super().request(*args, **kwargs)
        self._is_new = False

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        limits = current.get().limits
        view = memoryview(data)
        for start in range(0, len(view), SLICE):
            self.sock.settimeout(_left(limits.read, limits.deadline))
            super().send(view[start : start + SLICE])


class _SecureConnection(_Watched, HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"no TLS connection to {self.host} in time") from error


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


POOLS = {"http": _Pool, "https": _SecurePool}


def _left(silence: float | None, deadline: float) -> float | None:
    """Return the seconds that one read or write may take; TimeoutError when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    if silence is not None:
        return min(silence, left)
    return left if left != float("inf") else None
