"""The sync road: requests' connection pool, every failure as an error of ours.

Its adapter is used without a Session, which would add cookies, .netrc and redirects that a scoring call must not
have, and merge the environment anew for every call.
"""

import io
import math
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from http.client import HTTPResponse
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from azureml_endpoint.errors import CertificateError, EndpointError, UnreachableError
from azureml_endpoint.exchanges import Limits, Reply, Request, timed_out
from azureml_endpoint.surroundings import proxies_for, tls_context

KEPT_CONNECTIONS = 128

_FAILURES = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    urllib3.exceptions.ProxySchemeUnsupported,
    OSError,
)

_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)


class Transport:
    """A pool of connections, for any number of threads; one try per call, see `Course` for the rest."""

    def __init__(self) -> None:
        self._adapter = _Adapter(pool_connections=4, pool_maxsize=KEPT_CONNECTIONS)

    def send(self, request: Request, limits: Limits) -> Reply:
        """Return the whole reply, whatever its status; EndpointError when none came."""
        with _mapped(request, limits):
            raw = self._open(request, limits)
            try:
                return Reply(raw.status, _lower(raw.headers), raw.read(decode_content=True))
            finally:
                raw.close()

    def open(self, request: Request, limits: Limits) -> "OpenReply":
        """Return the reply's head at once, its body to be read as it comes."""
        with _mapped(request, limits):
            return OpenReply(self._open(request, limits), request, limits)

    def close(self) -> None:
        """Close the idle connections; the transport can still be used, and then opens new ones."""
        self._adapter.close()

    def _open(self, request: Request, limits: Limits) -> urllib3.HTTPResponse:
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url, prepared.body = "POST", _prepared_url(request.url), request.body
        prepared.headers = requests.structures.CaseInsensitiveDict(request.headers)
        token = _deadline.set(limits.deadline)
        try:
            response = self._adapter.send(
                prepared,
                stream=True,
                timeout=(limits.connect, limits.read),  # type: ignore[arg-type]  # None is fine in both places
                proxies=proxies_for(request.url),
            )
        finally:
            _deadline.reset(token)
        raw: urllib3.HTTPResponse = response.raw
        return raw


class OpenReply:
    """A reply whose body is read as it comes. To be closed, which ends the connection unless all was read."""

    def __init__(self, raw: urllib3.HTTPResponse, request: Request, limits: Limits) -> None:
        self.reply = Reply(raw.status, _lower(raw.headers))
        self._raw = raw
        self._request = request
        self._limits = limits

    def read(self) -> bytes:
        """Return the whole body."""
        with _mapped(self._request, self._limits):
            return self._raw.read(decode_content=True)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body's bytes as they arrive, without waiting to fill a buffer."""
        while chunk := self._next():
            yield chunk

    def close(self) -> None:
        """Let go of the connection, which is kept for the next call if all was read."""
        self._raw.close()

    def _next(self) -> bytes:
        with _mapped(self._request, self._limits):
            return self._raw.read1(decode_content=True)


class _DeadlineSocket:
    """A socket as an HTTP response sees it: no read outlives the call's deadline, however slow the drip."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a reader for the response's bytes."""
        return io.BufferedReader(_DeadlineReader(self._sock, self._deadline))


class _DeadlineReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._silence = sock.gettimeout()
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left if self._silence is None else min(self._silence, left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    """http.client's response, reading against the deadline of the call that is being made."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        deadline = _deadline.get()
        super().__init__(sock if deadline == math.inf else _DeadlineSocket(sock, deadline), *args, **kwargs)  # type: ignore[arg-type]


class _Connection(HTTPConnection):
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


class _Adapter(HTTPAdapter):
    """requests' adapter with the connections above, and authorities read once instead of once per connection."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=tls_context())
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **proxy_kwargs, ssl_context=tls_context())
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


@contextmanager
def _mapped(request: Request, limits: Limits) -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        raise _error_of(error, request, limits) from error


def _error_of(error: Exception, request: Request, limits: Limits) -> EndpointError:
    causes = tuple(_causes(error))
    refused = _any(causes, urllib3.exceptions.NewConnectionError)
    if not refused and _any(causes, TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError):
        connecting = _any(causes, requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError)
        over = time.monotonic() >= limits.deadline
        return timed_out("total" if over else "connect" if connecting else "read", request.url)
    if _any(causes, requests.exceptions.SSLError, urllib3.exceptions.SSLError):
        return CertificateError(f"no trusted connection to {request.url}: {error}").without(request.key)
    return UnreachableError(f"no answer from {request.url}: {error}").without(request.key)


def _any(causes: tuple[BaseException, ...], *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        nested = next((each for each in error.args if isinstance(each, BaseException)), None)
        error = nested or getattr(error, "reason", None) or error.__cause__ or error.__context__
        error = error if isinstance(error, BaseException) else None


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@lru_cache(maxsize=64)
def _prepared_url(url: str) -> str:
    return requests.Request("POST", url).prepare().url or url
