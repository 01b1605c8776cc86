"""The async road: one aiohttp session per event loop, every failure as an error of ours.

A session lives as long as its loop: it is closed with the loop's asynchronous generators, as asyncio.run does
before it closes the loop, so that nobody has to close anything and nothing is left open.
"""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from azureml_endpoint.errors import CertificateError, EndpointError, UnreachableError
from azureml_endpoint.exchanges import Limits, Reply, Request, timed_out
from azureml_endpoint.surroundings import proxies_for, tls_context

_Session = tuple[aiohttp.ClientSession, AsyncGenerator[None]]


class AsyncTransport:
    """Connections for the tasks of any number of event loops; one try per call, see `Course` for the rest."""

    def __init__(self) -> None:
        self._sessions: dict[asyncio.AbstractEventLoop, _Session] = {}

    async def send(self, request: Request, limits: Limits) -> Reply:
        """Return the whole reply, whatever its status; EndpointError when none came."""
        with _mapped(request, limits):
            response = await self._open(request, limits)
            async with response:
                return Reply(response.status, _lower(response.headers), await response.read())

    async def open(self, request: Request, limits: Limits) -> "AsyncOpenReply":
        """Return the reply's head at once, its body to be read as it comes."""
        with _mapped(request, limits):
            return AsyncOpenReply(await self._open(request, limits), request, limits)

    async def close(self) -> None:
        """Close the connections of the running loop."""
        if session := self._sessions.get(asyncio.get_running_loop()):
            await session[1].aclose()

    async def _open(self, request: Request, limits: Limits) -> aiohttp.ClientResponse:
        session = await self._session()
        total = None if limits.deadline == math.inf else max(0.001, limits.deadline - time.monotonic())
        timeout = aiohttp.ClientTimeout(total=total, sock_connect=limits.connect, sock_read=limits.read)
        return await session.post(
            request.url,
            data=request.body,
            headers=request.headers,
            allow_redirects=False,
            timeout=timeout,
            proxy=_proxy(request.url),
        )

    async def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        known = self._sessions.get(loop)
        if known is None or known[0].closed:
            for old in [each for each in list(self._sessions) if each.is_closed()]:
                self._sessions.pop(old, None)
            session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=tls_context()),
                cookie_jar=aiohttp.DummyCookieJar(),
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

    def __init__(self, response: aiohttp.ClientResponse, request: Request, limits: Limits) -> None:
        self.reply = Reply(response.status, _lower(response.headers))
        self._response = response
        self._request = request
        self._limits = limits

    async def read(self) -> bytes:
        """Return the whole body."""
        with _mapped(self._request, self._limits):
            return await self._response.read()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body's bytes as they arrive."""
        while chunk := await self._next():
            yield chunk

    def close(self) -> None:
        """Let go of the connection, which is kept for the next call if all was read."""
        self._response.close()

    async def _next(self) -> bytes:
        with _mapped(self._request, self._limits):
            return await self._response.content.readany()


@contextmanager
def _mapped(request: Request, limits: Limits) -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, OSError) as error:
        raise _error_of(error, request, limits) from error


def _error_of(error: Exception, request: Request, limits: Limits) -> EndpointError:
    match error:
        case aiohttp.ClientSSLError():
            return CertificateError(f"no trusted connection to {request.url}: {error}").without(request.key)
        case TimeoutError():
            phase = "connect" if isinstance(error, aiohttp.ConnectionTimeoutError) else "read"
            over = time.monotonic() >= limits.deadline - 0.001 or not isinstance(error, aiohttp.ServerTimeoutError)
            return timed_out("total" if over else phase, request.url)
    reason = str(error) or type(error).__name__
    return UnreachableError(f"no answer from {request.url}: {reason}").without(request.key)


def _proxy(url: str) -> str | None:
    proxies = proxies_for(url)
    if not proxies:
        return None
    from requests.utils import select_proxy

    proxy = select_proxy(url, proxies)
    if proxy and not proxy.startswith(("http:", "https:")):
        raise UnreachableError(f"asynchronous calls go through http proxies only, not {urlsplit(proxy).scheme}")
    return proxy


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
