"""The sync road: requests' connection pool, every failure as an error of ours.

Its adapter is used without a Session, which would add cookies, .netrc and redirects that a scoring call must not
have, and merge the environment anew for every call.
"""

import os
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from http.client import HTTPException
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from azureml_endpoint.connections import POOLS, current
from azureml_endpoint.errors import CertificateError, EndpointError
from azureml_endpoint.exchanges import LAST_CHUNK, Attempt, Limits, Reply, Request, timed_out
from azureml_endpoint.surroundings import proxies_for, tls_context

KEPT_CONNECTIONS = 128

_FAILURES = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    urllib3.exceptions.ProxySchemeUnsupported,
    HTTPException,
    OSError,
)

_CUT = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Transport:
    """A pool of connections, for any number of threads; one try per call, see `Course` for the rest.

    A forked process opens connections of its own: over its parent's it would read its parent's answers.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._adapters: dict[bool, _Adapter] = {}
        self._inherited: list[Any] = []

    def send(self, request: Request, limits: Limits) -> Reply:
        """Return the whole reply, whatever its status; EndpointError when none came."""
        attempt = Attempt(request, limits)
        with _mapped(attempt):
            raw = self._open(attempt)
            try:
                attempt.reply = Reply(raw.status, _lower(raw.headers))
                return attempt.reply.with_body(raw.read(decode_content=True))
            finally:
                raw.close()

    def open(self, request: Request, limits: Limits) -> "OpenReply":
        """Return the reply's head at once, its body to be read as it comes."""
        attempt = Attempt(request, limits)
        with _mapped(attempt):
            return OpenReply(self._open(attempt), attempt)

    def close(self) -> None:
        """Close the idle connections; the transport can still be used, and then opens new ones."""
        if self._process == os.getpid():
            for adapter in list(self._adapters.values()):
                adapter.close()

    def _open(self, attempt: Attempt) -> urllib3.HTTPResponse:
        try:
            return self._sent(attempt)
        except _FAILURES as error:
            if not attempt.is_stale or not _any(tuple(_causes(error)), *_CUT):
                raise
            return self._sent(attempt)

    def _sent(self, attempt: Attempt) -> urllib3.HTTPResponse:
        request, limits = attempt.request, attempt.limits
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url, prepared.body = "POST", _prepared_url(request.url), request.body
        prepared.headers = requests.structures.CaseInsensitiveDict(request.headers)
        token = current.set(attempt)
        try:
            response = self._adapter(request.url[:6].lower() == "https:").send(
                prepared,
                stream=True,
                timeout=(limits.connect, limits.read),  # type: ignore[arg-type]  # None is fine in both places
                proxies=proxies_for(request.url),
            )
        finally:
            current.reset(token)
        raw: urllib3.HTTPResponse = response.raw
        return raw

    def _adapter(self, secure: bool) -> "_Adapter":
        if self._process != os.getpid():
            self._inherited.append(self._adapters)  # kept: a lock of its pools may be held by a thread of the parent
            self._adapters, self._process = {}, os.getpid()
        adapter = self._adapters.get(secure)
        if adapter is None:
            adapter = self._adapters.setdefault(secure, _Adapter(tls_context() if secure else None))
        return adapter


class OpenReply:
    """A reply whose body is read as it comes. To be closed, which ends the connection unless all was read."""

    def __init__(self, raw: urllib3.HTTPResponse, attempt: Attempt) -> None:
        self.reply = attempt.reply = Reply(raw.status, _lower(raw.headers))
        self._raw = raw
        self._attempt = attempt

    def read(self) -> bytes:
        """Return the whole body."""
        with _mapped(self._attempt):
            return self._raw.read(decode_content=True)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body's bytes as they arrive, without waiting to fill a buffer."""
        while chunk := self._next():
            yield chunk

    def finish(self) -> None:
        """Read the end of a stream whose answer is complete, should it be there, to keep the connection."""
        original: Any = getattr(self._raw, "_original_response", None)
        if original is None or original.will_close:
            return
        original.hurry(LAST_CHUNK)
        with suppress(*_FAILURES):
            self._raw.read1(decode_content=True)

    def close(self) -> None:
        """Let go of the connection, which is kept for the next call if all was read."""
        self._raw.close()

    def _next(self) -> bytes:
        with _mapped(self._attempt):
            return self._raw.read1(decode_content=True)


class _Adapter(HTTPAdapter):
    """requests' adapter with connections of ours, and authorities read once instead of once per connection."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context
        super().__init__(pool_connections=4, pool_maxsize=KEPT_CONNECTIONS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        context = self._context or (tls_context() if proxy.lower().startswith("https:") else None)
        manager = super().proxy_manager_for(proxy, **proxy_kwargs, ssl_context=context)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


@contextmanager
def _mapped(attempt: Attempt) -> Iterator[None]:
    try:
        yield
    except EndpointError:
        raise
    except _FAILURES as error:
        raise _error_of(error, attempt) from None  # the cause may quote a key that the endpoint echoed


def _error_of(error: Exception, attempt: Attempt) -> EndpointError:
    causes, request = tuple(_causes(error)), attempt.request
    refused = _any(causes, urllib3.exceptions.NewConnectionError)
    if not refused and _any(causes, TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError):
        connecting = _any(causes, requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError)
        over = time.monotonic() >= attempt.limits.deadline
        return timed_out("total" if over else "connect" if connecting else "read", request.url)
    distrusted = _any(causes, requests.exceptions.SSLError, urllib3.exceptions.SSLError)
    if distrusted and not _any(causes, *_CUT):
        return CertificateError(f"no trusted connection to {request.url}: {error}").without(request.key)
    return attempt.unreachable(error)


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
