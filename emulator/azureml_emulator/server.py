"""The server: bytes become a call, the engine answers it, and the reply's timetable is played."""

import asyncio
import errno
import logging
import os
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from itertools import groupby
from operator import itemgetter
from socket import SO_LINGER, SOL_SOCKET
from struct import pack
from time import time

from aiohttp import http_exceptions, web

from azureml_emulator import framing
from azureml_emulator.addresses import reachable
from azureml_emulator.admin import Admin
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError
from azureml_emulator.journal import Exchange
from azureml_emulator.wire import Call, Reply

_logger = logging.getLogger("azureml_emulator.server")


def _in_a_line(record: logging.LogRecord) -> bool:
    """Report bytes that are no HTTP in one line: their traceback is of no use, and quotes them, keys and all."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, http_exceptions.HttpProcessingError | web.RequestPayloadError):
        record.msg, record.args = "%s: not HTTP (%s)", (record.getMessage(), type(error).__name__)
        record.exc_info = None
    return True


_logger.addFilter(_in_a_line)

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

MAX_BODY = 100 << 20
"""The largest request body in bytes: the limit of the proxy in Microsoft's catalog image (read in its code)."""


class Server:
    """Listens for one engine: a main port, and a port for each endpoint.

    `served` is called with each exchange when its last byte is out.
    """

    def __init__(
        self,
        engine: Engine,
        host: str = "127.0.0.1",
        ssl_context: ssl.SSLContext | None = None,
        max_body: int = MAX_BODY,
        served: Callable[[Exchange], None] = lambda _: None,
    ) -> None:
        self.engine = engine
        self.host = host
        self.ports: dict[str, int] = {}
        self._admin = Admin(engine, self.url)
        self._ssl_context = ssl_context
        self._max_body = max_body
        self._served = served
        self._runners: dict[str, web.ServerRunner] = {}
        self._loop = asyncio.get_running_loop()
        self._now = self._loop.time
        self._open: dict[str, _OpenAnswers] = {}

    def url(self, listener: str = "") -> str:
        """The address of the main port, or of an endpoint's own port."""
        scheme = "https" if self._ssl_context else "http"
        return f"{scheme}://{reachable(self.host)}:{self.ports[listener]}"

    async def listen(self, listener: str = "", port: int = 0) -> None:
        """Open a port, the main one or an endpoint's own; 0 takes any that is free.

        Raises `ConfigError` if it cannot be had.
        """
        handler = partial(self._handle, listener) if listener else self._handle_main
        await self.host_at(listener, handler, port, self._ssl_context)

    async def host_at(self, listener: str, handler: Handler, port: int, ssl_context: ssl.SSLContext | None) -> None:
        """Open a port for whatever a handler answers there; 0 takes any that is free.

        Raises `ConfigError` if it cannot be had.
        """
        runner = web.ServerRunner(
            web.Server(handler, request_factory=self._request, access_log=None, logger=_logger), shutdown_timeout=0.1
        )
        await runner.setup()
        site = web.TCPSite(runner, self.host, port, ssl_context=ssl_context)
        try:
            await site.start()
        except (OSError, OverflowError, UnicodeError) as error:
            await runner.cleanup()
            raise ConfigError(_unavailable(self.host, port, listener, error)) from None
        self._runners[listener] = runner
        self._open.setdefault(listener, _OpenAnswers())
        self.ports[listener] = runner.addresses[0][1]

    async def close(self, listener: str, grace: float = 0.0) -> None:
        """Close a port, to new connections at once; open answers may take `grace` seconds."""
        del self.ports[listener]
        runner = self._runners.pop(listener)
        for site in list(runner.sites):
            await site.stop()
        await _finished([self._open[listener]], grace)
        left = [one.transport for one in runner.server.connections] if runner.server else []
        await runner.cleanup()
        for transport in left:
            if transport is not None:
                transport.abort()  # over TLS it would wait for a caller who may never say goodbye

    async def stop(self, grace: float) -> None:
        """Refuse new work, let open answers finish for up to `grace` seconds, then close every port."""
        self.engine.drain(time())
        await _finished(self._open.values(), grace)
        for listener in list(self._runners):
            await self.close(listener)

    def hurry(self) -> None:
        """Wait no longer for open answers."""
        for answers in self._open.values():
            if answers.awaited:
                answers.awaited.set()

    def _request(self, message, payload, protocol, writer, task) -> web.BaseRequest:  # type: ignore[no-untyped-def]
        return web.BaseRequest(message, payload, protocol, writer, task, self._loop, client_max_size=self._max_body)

    async def _handle_main(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith("/_emulator/"):
            status, body = self._admin.answer(request.method, request.path, request.query)
            return web.Response(status=status, body=body, content_type="application/json")
        return await self._handle("", request)

    async def _handle(self, listener: str, request: web.BaseRequest) -> web.StreamResponse:
        start = self._now()
        answers = self._open[listener]
        answers.count += 1
        try:
            call = await self._call(listener, request)
            return await self._play(request, self.engine.score(call), start)
        except (web.RequestPayloadError, http_exceptions.HttpProcessingError):
            return web.Response(status=400, text="Bad Request")
        except ConnectionError:  # gone before the request was whole
            return _CLOSE
        finally:
            answers.count -= 1
            if not answers.count and answers.awaited:
                answers.awaited.set()

    async def _call(self, listener: str, request: web.BaseRequest) -> Call:
        at = time()
        oversized = (request.content_length or 0) > self._max_body
        if not oversized and request.headers.get("expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        body = b""
        try:
            if not oversized and request.can_read_body:
                body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            oversized = True
        url = request.rel_url
        return Call(
            request.method, url.raw_path, request.headers, body, at, listener, oversized, url.raw_query_string
        )

    async def _play(self, request: web.BaseRequest, reply: Reply, start: float) -> web.StreamResponse:
        """Write a reply's bytes when they are due; aiohttp is told only whether the connection stays open."""
        http = (request.version.major, request.version.minor)
        keep_alive = request.keep_alive and (http >= (1, 1) or not reply.chunked)
        head = framing.head(reply, http, keep_alive)
        try:
            if reply.chunked or reply.end or len(reply.writes) > 1:
                await self._stream(request, head, reply, start, http >= (1, 1))
            else:
                if reply.seconds:
                    await self._until(start + reply.seconds)
                await request.writer.write(head if request.method == "HEAD" else head + reply.body)
        except ConnectionError:
            problem, keep_alive = "the caller went away before the answer was out", False
        else:
            problem = ""
        self._note(reply, problem, start)
        return _KEEP if keep_alive and reply.end is None else _CLOSE

    async def _stream(
        self, request: web.BaseRequest, head: bytes, reply: Reply, start: float, chunking: bool
    ) -> None:
        """Write the head with what is due first, and each later piece in its time."""
        write, end = request.writer.write, reply.end
        chunked = reply.chunked and chunking
        if end is None or end.head is None:
            for due, writes in groupby(reply.writes, key=itemgetter(0)):
                await self._until(start + due)
                data = b"" if request.method == "HEAD" else b"".join([data for _, data in writes])
                await write(head + (framing.chunk(data) if chunked and data else data))
                head = b""
        if end is None:
            if chunked:
                await write(framing.LAST_CHUNK)
            return
        await self._until(start + end.at)
        if end.head:
            await write(head[: end.head])
        if end.reset:
            _reset(request)

    def _note(self, reply: Reply, problem: str, start: float) -> None:
        exchange = reply.exchange
        if exchange is None:
            return
        if problem:
            exchange.problem = f"{exchange.problem}; {problem}" if exchange.problem else problem
        else:
            exchange.served = self._now() - start
        self._served(exchange)

    async def _until(self, deadline: float) -> None:
        """Sleep up to a deadline on the loop's clock; time already spent counts, so nothing drifts."""
        seconds = deadline - self._now()
        if seconds > 0:
            await asyncio.sleep(seconds)


class _OpenAnswers:
    """How many answers a port has open, and what to set when the last one is out, if somebody waits for that."""

    def __init__(self) -> None:
        self.count = 0
        self.awaited: asyncio.Event | None = None

    async def finished(self) -> None:
        """Wait until none is open."""
        if self.count:
            self.awaited = asyncio.Event()
            await self.awaited.wait()


async def _finished(ports: Iterable[_OpenAnswers], grace: float) -> None:
    """Wait for the open answers of some ports, but no longer than `grace` seconds."""
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*(one.finished() for one in ports)), grace)


class _Written(web.StreamResponse):
    """What a handler gives back to aiohttp when all bytes are out."""

    def __init__(self, keep_alive: bool) -> None:
        super().__init__()
        self._keep_alive = keep_alive

    async def prepare(self, request: web.BaseRequest) -> None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None


_KEEP, _CLOSE = _Written(keep_alive=True), _Written(keep_alive=False)


_AT_ONCE = pack("hh" if os.name == "nt" else "ii", 1, 0)
"""C's `struct linger`: on, for no time."""


def _reset(request: web.BaseRequest) -> None:
    """Break the connection off, so that the caller's system reports it as reset."""
    if request.transport is not None:
        request.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, _AT_ONCE)
        request.transport.abort()


def _unavailable(host: str, port: int, listener: str, error: OSError | ValueError | OverflowError) -> str:
    whose = f"endpoint {listener!r}" if listener else "the main port"
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {port} on {host}, for {whose}, is taken; free it or choose another one with --port"
    reason = (error.strerror or error) if isinstance(error, OSError) else error
    return f"cannot listen on {host}:{port} for {whose}: {reason}"
