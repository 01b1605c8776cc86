"""The server: bytes become a call, the engine answers it, and the reply's timetable is played."""

import asyncio
import errno
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from time import time

from aiohttp import http_exceptions, web

from azureml_emulator import framing
from azureml_emulator.addresses import reachable
from azureml_emulator.admin import Admin
from azureml_emulator.connection import Connection, Listener, Written
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError
from azureml_emulator.journal import Exchange
from azureml_emulator.listening import listening
from azureml_emulator.player import Player
from azureml_emulator.punctuality import Punctuality
from azureml_emulator.turns import Turns
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
        self._player = Player(self._loop)
        self._turns = Turns(self._loop)
        self._open: dict[str, _OpenAnswers] = {}

    def url(self, listener: str = "") -> str:
        """The address of the main port, or of an endpoint's own port."""
        scheme = "https" if self._ssl_context else "http"
        return f"{scheme}://{reachable(self.host)}:{self.ports[listener]}"

    @property
    def calm(self) -> bool:
        """Whether no answer is open."""
        return not any(answers.count for answers in self._open.values())

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
        callers = Listener(handler, request_factory=self._request, access_log=None, logger=_logger)
        runner = web.ServerRunner(callers, shutdown_timeout=0.1)
        await runner.setup()
        try:
            for door in await listening(self.host, port, callers.unread):
                await web.SockSite(runner, door, ssl_context=ssl_context).start()
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
            body = await request.read() if request.can_read_body else b""
            status, body = self._admin.answer(request.method, request.path, request.query, body)
            return web.Response(status=status, body=body, content_type="application/json")
        return await self._handle("", request)

    async def _handle(self, listener: str, request: web.BaseRequest) -> web.StreamResponse:
        answers = self._open[listener]
        answers.count += 1
        try:
            body = await self._body(request)
            connection = request.protocol
            assert isinstance(connection, Connection)
            start = connection.heard
            if self._turns.over:
                await self._turns.take()
            now = self._now()
            reply = self.engine.score(self._call(listener, request, body, time() - (now - start)))
            self._turns.worked(self._now() - now)
            self._player.catch_up()  # others wait for this one's scoring, but not for that of all who come at once
            return await self._play(request, connection, reply, start)
        except (web.RequestPayloadError, http_exceptions.HttpProcessingError):
            return web.Response(status=400, text="Bad Request")
        except ConnectionError:  # gone before the request was whole
            return _CLOSE
        finally:
            answers.count -= 1
            if not answers.count and answers.awaited:
                answers.awaited.set()

    async def _body(self, request: web.BaseRequest) -> bytes | None:
        """Read the body; None if it is larger than may be."""
        if (request.content_length or 0) > self._max_body:
            return None
        if request.headers.get("expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        try:
            return await request.read() if request.can_read_body else b""
        except web.HTTPRequestEntityTooLarge:
            return None

    def _call(self, listener: str, request: web.BaseRequest, body: bytes | None, at: float) -> Call:
        url = request.rel_url
        method, headers, query = request.method, request.headers, url.raw_query_string
        return Call(method, url.raw_path, headers, body or b"", at, listener, body is None, query)

    async def _play(
        self, request: web.BaseRequest, connection: Connection, reply: Reply, start: float
    ) -> web.StreamResponse:
        """Write a reply's bytes when they are due; aiohttp is told only whether the connection stays open."""
        http = (request.version.major, request.version.minor)
        keep_alive = request.keep_alive and (http >= (1, 1) or not reply.chunked)
        frames = framing.frames(reply, http, keep_alive, request.method)
        if reply.at_once and not connection.writing_paused:
            kept = self._sent(connection, b"".join([frame for _, frame in frames]), start)
            self._note(reply, "" if kept else _GONE, kept)
            return _KEEP if keep_alive and kept else _CLOSE
        connection.play = play = self._player.play(frames, start, connection)
        problem, kept = "the emulator stopped before the answer was out", None
        try:
            kept = await play.whole()
            problem = _GONE if kept is None else ""
        finally:
            connection.play = None
            connection.heard = self._now()  # what came meanwhile had to wait for this one
            self._note(reply, problem, kept)
        if reply.end is None:
            return _KEEP if keep_alive and kept else _CLOSE
        if reply.end.reset:
            connection.reset()
        return _CLOSE

    def _sent(self, connection: Connection, data: bytes, start: float) -> Punctuality | None:
        """Send a whole answer that is due at once, for which a player is too much; the same as `Play.whole`."""
        late = self._now() - start
        return Punctuality(0.0, 0.0, late, late, late, late) if connection.send(data) else None

    def _note(self, reply: Reply, problem: str, kept: Punctuality | None) -> None:
        """Complete the journal's record of an exchange, and let the engine know if nobody waits for the answer."""
        if kept is None:
            self.engine.gone(reply, time())
        exchange = reply.exchange
        if exchange is None:
            return
        if kept is None:
            exchange.problem = f"{exchange.problem}; {problem}" if exchange.problem else problem
        else:
            exchange.served, exchange.punctuality = kept.last, kept
        self._served(exchange)


_GONE = "the caller went away before the answer was out"


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


_KEEP, _CLOSE = Written(keep_alive=True), Written(keep_alive=False)


def _unavailable(host: str, port: int, listener: str, error: OSError | ValueError | OverflowError) -> str:
    whose = f"endpoint {listener!r}" if listener else "the main port"
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {port} on {host}, for {whose}, is taken; free it or choose another one with --port"
    reason = (error.strerror or error) if isinstance(error, OSError) else error
    return f"cannot listen on {host}:{port} for {whose}: {reason}"
