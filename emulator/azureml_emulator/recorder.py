"""The recorder: it stands before an endpoint, passes everything through as it comes, and writes it down."""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

import aiohttp
from aiohttp import http_exceptions, web
from yarl import URL

from azureml_emulator.addresses import reachable
from azureml_emulator.connection import Connection, Listener
from azureml_emulator.errors import ConfigError
from azureml_emulator.framing import LAST_CHUNK, chunk
from azureml_emulator.recording.cassette import Headers, Interaction, RecordedRequest, RecordedResponse
from azureml_emulator.recording.cassette_file import CassetteFile
from azureml_emulator.recording.upstream import Upstream, asked, forwarded

_logger = logging.getLogger("azureml_emulator.recorder")

_CONNECT_SECONDS = 30.0
_LONGEST = 1 << 16
"""Bytes of a header that are taken from callers and endpoints."""

_WITHOUT_BODY = (204, 304)
_AUTOMATIC = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
"""Headers that aiohttp would add of its own."""

Framing = Literal["length", "chunked", "close"]
End = Literal["complete", "cut", "reset", "left"]


class Silent(Exception):
    """The endpoint said nothing for too long, in the midst of an answer."""


class Recorder:
    """Passes calls on to an endpoint, and what it answers back, and writes both on a cassette.

    `key`, if there is one, is sent in the place of whatever keys callers send. `timeout` is how many seconds the
    endpoint may be silent. `told` is given a line about each interaction.
    """

    def __init__(
        self,
        upstream: Upstream,
        cassette: CassetteFile,
        key: str | None = None,
        timeout: float = 300.0,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.upstream = upstream
        self.cassette = cassette
        self._key = key
        self._told = told
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=timeout)
        self._loop = asyncio.get_running_loop()
        self._writing = asyncio.Lock()
        self._open = 0
        self._idle = asyncio.Event()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Open the port, 0 for any; give the address. Raises `ConfigError` if it cannot be had."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4.0),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_AUTOMATIC,
            timeout=self._timeout,
            trace_configs=[_timing(self._loop)],
            max_line_size=_LONGEST,
            max_field_size=_LONGEST,
        )
        listener = Listener(
            self._handle,
            request_factory=self._request,
            access_log=None,
            logger=_logger,
            auto_decompress=False,
            max_line_size=_LONGEST,
            max_field_size=_LONGEST,
        )
        self._runner = web.ServerRunner(listener, shutdown_timeout=0.1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except (OSError, OverflowError, UnicodeError) as error:
            await self.stop(0)
            reason = getattr(error, "strerror", None) or error
            raise ConfigError(f"cannot listen on {host}:{port}: {reason}") from None
        return f"http://{reachable(host)}:{self._runner.addresses[0][1]}"

    async def stop(self, grace: float) -> None:
        """Take no more calls, let open ones finish for up to `grace` seconds, then break them off, unrecorded."""
        for site in list(self._runner.sites):
            await site.stop()
        if self._open and grace:
            self._idle.clear()
            await asyncio.wait({asyncio.create_task(self._idle.wait())}, timeout=grace)
        if self._open:
            self._told(f"{self._open} open answer(s) broken off, and not recorded")
        await self._runner.cleanup()
        await self._session.close()
        self.cassette.close()

    def hurry(self) -> None:
        """Wait no longer for open answers."""
        self._idle.set()

    def _request(self, message, payload, protocol, writer, task) -> web.BaseRequest:  # type: ignore[no-untyped-def]
        return web.BaseRequest(message, payload, protocol, writer, task, self._loop, client_max_size=0)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self._open += 1
        try:
            if request.headers.get("expect", "").lower() == "100-continue":
                await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await request.read() if request.can_read_body else b""
            return await self._pass_on(request, body)
        except (web.RequestPayloadError, http_exceptions.HttpProcessingError):
            return web.Response(status=400, text="Bad Request")
        except ConnectionError:  # gone before the request was whole
            return _Sent(keep_alive=False)
        finally:
            self._open -= 1
            if not self._open:
                self._idle.set()

    async def _pass_on(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        sent = _Moment(self._loop.time())
        headers = _texts(request.raw_headers)
        try:
            answer = await self._session.request(
                request.method,
                URL(self.upstream.url(request.raw_path), encoded=True),
                headers=asked(headers, self._key),
                data=body or None,
                allow_redirects=False,
                proxy=self.upstream.proxy,
                trace_request_ctx=sent,
            )
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return self._unreachable(request, error)
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        relay = _Relay(request, answer, sent, self._loop)
        try:
            response = await relay.response()
        except Silent as error:
            self._told(f"{request.method}: {error}; the answer is broken off, and not recorded")
            return _Sent(keep_alive=False)
        finally:
            if answer.content.at_eof():
                answer.release()
            else:
                answer.close()
        asked_for = RecordedRequest(
            request.method, request.rel_url.raw_path, request.rel_url.raw_query_string, headers, body
        )
        await self._record(Interaction(asked_for, response, at, self.upstream.origin))
        return _Sent(relay.keep_alive and response.end == "complete")

    async def _record(self, interaction: Interaction) -> None:
        async with self._writing:
            self._told(await asyncio.to_thread(self.cassette.add, interaction))

    def _unreachable(self, request: web.BaseRequest, error: Exception) -> web.Response:
        """Answer in the recorder's own words; nothing is recorded."""
        reason = "no answer in time" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
        message = f"azureml-emulator record: no answer from {self.upstream.origin}: {reason}"
        self._told(f"{request.method}: 502, not recorded: {reason}")
        body = {"error": {"code": "UpstreamUnreachable", "message": message}}
        return web.Response(status=502, text=json.dumps(body), content_type="application/json")


class _Moment:
    """When the last byte of a request went out."""

    def __init__(self, at: float) -> None:
        self.at = at


def _timing(loop: asyncio.AbstractEventLoop) -> aiohttp.TraceConfig:
    """Have aiohttp tell when it sent a request: neither looking for the host nor connecting counts."""

    async def note(_: Any, context: Any, __: Any) -> None:
        context.trace_request_ctx.at = loop.time()

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(note)
    trace.on_request_chunk_sent.append(note)
    return trace


class _Relay:
    """One answer on its way from the endpoint to the caller."""

    def __init__(
        self,
        request: web.BaseRequest,
        answer: aiohttp.ClientResponse,
        sent: _Moment,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._request = request
        self._answer = answer
        self._since = sent
        self._loop = loop
        self._chunks: list[tuple[float, list[bytes]]] = []
        self._whole = True
        self._framing = _framing(request, answer)
        modern = request.version >= (1, 1)
        self._chunking = self._framing == "chunked" and modern
        self.keep_alive = request.keep_alive and self._framing != "close" and (modern or self._framing == "length")

    def _seconds(self) -> float:
        return max(self._loop.time() - self._since.at, 0.0)

    async def response(self) -> RecordedResponse:
        """Pass it on as it comes, and give what it was. Raises `Silent`."""
        answer, head_s = self._answer, self._seconds()
        headers = forwarded(_texts(answer.raw_headers))
        end = await self._played(headers)
        return RecordedResponse(
            answer.status,
            answer.reason or "",
            headers,
            self._framing,
            head_s,
            tuple((at, b"".join(pieces)) for at, pieces in self._chunks),
            end,
            self._seconds(),
        )

    async def _played(self, headers: Headers) -> End:
        if not await self._send(self._head(headers)):
            return "left"
        try:
            async for data, whole in self._answer.content.iter_chunks():
                self._note(data, whole)
                if data and not await self._send(chunk(data) if self._chunking else data):
                    return "left"
        except TimeoutError:
            self._break_off()
            raise Silent("the endpoint was silent for too long") from None
        except (aiohttp.ClientError, OSError) as error:
            for data in _left_over(self._answer.content):
                self._note(data, whole=False)
                await self._send(chunk(data) if self._chunking else data)
            return self._break_off(_is_reset(error))
        if self._chunking and not await self._send(LAST_CHUNK):
            return "left"
        return "complete"

    def _note(self, data: bytes, whole: bool) -> None:
        """Note when bytes came; of a chunk that comes in pieces, when the last one did."""
        if data:
            begun = self._framing == "chunked" and not self._whole
            pieces = self._chunks.pop()[1] if begun else []
            self._chunks.append((self._seconds(), [*pieces, data]))
        self._whole = whole

    async def _send(self, data: bytes) -> bool:
        """Send bytes to the caller; say whether the caller is there."""
        try:
            await self._request.writer.write(data)
        except ConnectionError:
            return False
        return True

    def _break_off(self, reset: bool = False) -> End:
        connection = self._request.protocol
        if reset and isinstance(connection, Connection):
            connection.reset()
        return "reset" if reset else "cut"

    def _head(self, headers: Headers) -> bytes:
        lines = [f"HTTP/1.1 {self._answer.status} {self._answer.reason or ''}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if self._chunking:
            lines.append("Transfer-Encoding: chunked")
        if self.keep_alive != (self._request.version >= (1, 1)):
            lines.append(f"Connection: {'keep-alive' if self.keep_alive else 'close'}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def _texts(headers: tuple[tuple[bytes, bytes], ...]) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def _framing(request: web.BaseRequest, answer: aiohttp.ClientResponse) -> Framing:
    if "chunked" in answer.headers.get("transfer-encoding", "").lower():
        return "chunked"
    told = "content-length" in answer.headers or request.method == "HEAD" or answer.status in _WITHOUT_BODY
    return "length" if told else "close"


def _left_over(content: aiohttp.StreamReader) -> list[bytes]:
    """Give what came just before a connection broke: aiohttp has it, but only tells of the break."""
    data = content._read_nowait(-1)  # noqa: SLF001
    return [data] if data else []


def _is_reset(error: BaseException | None) -> bool:
    """Say whether a connection was reset, rather than closed."""
    while error is not None:
        if isinstance(error, ConnectionResetError) and not isinstance(error, aiohttp.ClientConnectionResetError):
            return True
        error = error.__cause__ or error.__context__
    return False


class _Sent(web.StreamResponse):
    """What a handler gives back to aiohttp when all bytes are out."""

    def __init__(self, keep_alive: bool) -> None:
        super().__init__()
        self._keep_alive = keep_alive

    async def prepare(self, request: web.BaseRequest) -> None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None
