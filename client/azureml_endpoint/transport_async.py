"""The async road: one aiohttp session per event loop, every failure as an error of ours.

A session lives as long as its loop: it is closed with the loop's asynchronous generators, as asyncio.run does
before it closes the loop, so that nobody has to close anything and nothing is left open.
"""

import asyncio
import io
import math
import os
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from azureml_endpoint.connections_async import LONGEST_HEADER, Connector, current
from azureml_endpoint.errors import CertificateError, EndpointError, UnreachableError
from azureml_endpoint.exchanges import LAST_CHUNK, Attempt, Limits, Reply, Request, timed_out
from azureml_endpoint.surroundings import proxies_for, tls_context

LARGEST_PIECE = 1 << 20
"""Bytes of a body that are written at once; a larger one is written piece by piece, as aiohttp advises."""

_FAILURES = (aiohttp.ClientError, OSError)
_CUT = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError)

_Session = tuple[aiohttp.ClientSession, AsyncGenerator[None]]


class AsyncTransport:
    """Connections for the tasks of any number of event loops; one try per call, see `Course` for the rest.

    A forked process opens connections of its own: over its parent's it would read its parent's answers.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._sessions: dict[asyncio.AbstractEventLoop, _Session] = {}
        self._inherited: list[Any] = []

    async def send(self, request: Request, limits: Limits) -> Reply:
        """Return the whole reply, whatever its status; EndpointError when none came."""
        attempt = Attempt(request, limits)
        with _mapped(attempt):
            response = await self._open(attempt)
            async with response:
                attempt.reply = Reply(response.status, _lower(response.headers))
                return attempt.reply.with_body(await response.read())

    async def open(self, request: Request, limits: Limits) -> "AsyncOpenReply":
        """Return the reply's head at once, its body to be read as it comes."""
        attempt = Attempt(request, limits)
        with _mapped(attempt):
            return AsyncOpenReply(await self._open(attempt), attempt)

    async def close(self) -> None:
        """Close the connections of the running loop."""
        self._disown()
        if session := self._sessions.get(asyncio.get_running_loop()):
            await session[1].aclose()

    async def _open(self, attempt: Attempt) -> aiohttp.ClientResponse:
        try:
            return await self._sent(attempt)
        except _CUT as error:
            if not attempt.is_stale or isinstance(error, TimeoutError):
                raise
        return await self._sent(attempt)

    async def _sent(self, attempt: Attempt) -> aiohttp.ClientResponse:
        request, limits = attempt.request, attempt.limits
        session, proxy = await self._session(), _proxy(request.url)
        total = None if limits.deadline == math.inf else max(0.001, limits.deadline - time.monotonic())
        timeout = aiohttp.ClientTimeout(total=total, sock_connect=limits.connect, sock_read=limits.read)
        token = current.set(attempt)
        try:
            response = await session.post(
                request.url,
                data=request.body if len(request.body) <= LARGEST_PIECE else io.BytesIO(request.body),
                headers=request.headers,
                allow_redirects=False,
                timeout=timeout,
                proxy=proxy,
                ssl=_tls(request.url, proxy),
            )
        finally:
            current.reset(token)
        if "Content-Encoding" not in response.headers:  # else what is counted is what was unpacked
            attempt.came = lambda: response.content.total_bytes
        return response

    def _disown(self) -> None:
        if self._process != os.getpid():
            self._inherited.append(self._sessions)  # kept: closing them would reach into the parent's event loop
            self._sessions, self._process = {}, os.getpid()

    async def _session(self) -> aiohttp.ClientSession:
        self._disown()
        loop = asyncio.get_running_loop()
        known = self._sessions.get(loop)
        if known is None or known[0].closed:
            for old in [each for each in list(self._sessions) if each.is_closed()]:
                self._sessions.pop(old, None)
            session = aiohttp.ClientSession(
                connector=Connector(),
                cookie_jar=aiohttp.DummyCookieJar(),
                max_line_size=LONGEST_HEADER,
                max_field_size=LONGEST_HEADER,
            )
            lifetime = self._lifetime(loop, session)
            self._sessions[loop] = known = (session, lifetime)
            await anext(lifetime)
        return known[0]

    async def _lifetime(
        self, loop: asyncio.AbstractEventLoop, session: aiohttp.ClientSession
    ) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            self._sessions.pop(loop, None)
            await session.close()


class AsyncOpenReply:
    """A reply whose body is read as it comes. To be closed, which ends the connection unless all was read."""

    def __init__(self, response: aiohttp.ClientResponse, attempt: Attempt) -> None:
        self.reply = attempt.reply = Reply(response.status, _lower(response.headers))
        self._response = response
        self._attempt = attempt

    async def read(self) -> bytes:
        """Return the whole body."""
        with _mapped(self._attempt):
            return await self._response.read()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body's bytes as they arrive."""
        while chunk := await self._next():
            yield chunk

    async def finish(self) -> None:
        """Read the end of a stream whose answer is complete, should it be there, to keep the connection."""
        connection = self._response.connection
        if connection is None or connection.protocol is None or self._response.headers.get("Connection") == "close":
            return
        with suppress(*_FAILURES):
            async with asyncio.timeout(LAST_CHUNK):
                await self._response.content.readany()

    def close(self) -> None:
        """Let go of the connection, which is kept for the next call if all was read."""
        self._response.close()

    async def _next(self) -> bytes:
        content = self._response.content
        with _mapped(self._attempt):
            try:
                return await content.readany()
            except _FAILURES:
                if rest := content._read_nowait(-1):  # noqa: SLF001  # readany hides what came before
                    return rest
                raise


@contextmanager
def _mapped(attempt: Attempt) -> Iterator[None]:
    try:
        yield
    except EndpointError:
        raise
    except _FAILURES as error:
        raise _error_of(error, attempt) from None  # the cause may quote a key that the endpoint echoed


def _error_of(error: Exception, attempt: Attempt) -> EndpointError:
    url = attempt.request.url
    match error:
        case aiohttp.ClientSSLError():
            return CertificateError(f"no trusted connection to {url}: {error}").without(attempt.request.key)
        case TimeoutError():
            phase = "connect" if isinstance(error, aiohttp.ConnectionTimeoutError) else "read"
            deadline = attempt.limits.deadline - 0.001
            over = time.monotonic() >= deadline or not isinstance(error, aiohttp.ServerTimeoutError)
            return timed_out("total" if over else phase, url)
    return attempt.unreachable(str(error) or type(error).__name__)


def _tls(url: str, proxy: str | None) -> ssl.SSLContext | bool:
    secure = any(each is not None and each[:6].lower() == "https:" for each in (url, proxy))
    return tls_context() if secure else True


def _proxy(url: str) -> str | None:
    proxies = proxies_for(url)
    if not proxies:
        return None
    from requests.utils import select_proxy

    proxy = select_proxy(url, proxies)
    if proxy and "://" not in proxy:
        return f"http://{proxy}"
    if proxy and not proxy.lower().startswith(("http:", "https:")):
        raise UnreachableError(f"asynchronous calls go through http proxies only, not {urlsplit(proxy).scheme}")
    return proxy


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
