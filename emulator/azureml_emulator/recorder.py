"""The recorder: it stands before an endpoint, passes everything through as it comes, and writes it down."""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime

import aiohttp
from aiohttp import http_exceptions, web
from yarl import URL

from azureml_emulator.addresses import reachable
from azureml_emulator.connection import Listener, Written
from azureml_emulator.errors import ConfigError
from azureml_emulator.recording.cassette import Interaction, RecordedRequest
from azureml_emulator.recording.cassette_file import CassetteFile
from azureml_emulator.recording.upstream import Upstream, asked
from azureml_emulator.relay import Moment, Relay, Silent, texts, timing

_logger = logging.getLogger("azureml_emulator.recorder")

_CONNECT_SECONDS = 30.0
_LONGEST = 1 << 16
"""Bytes of a header that are taken from callers and endpoints."""

_AUTOMATIC = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
"""Headers that aiohttp would add of its own."""


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
            trace_configs=[timing(self._loop)],
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
        try:
            await self._runner.setup()
            await web.TCPSite(self._runner, host, port).start()
        except (OSError, OverflowError, UnicodeError) as error:
            await self.stop(0)
            reason = getattr(error, "strerror", None) or error
            raise ConfigError(f"cannot listen on {host}:{port}: {reason}") from None
        except asyncio.CancelledError:  # Ctrl-C before the port was open
            await self.stop(0)
            raise
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
            return Written(keep_alive=False)
        finally:
            self._open -= 1
            if not self._open:
                self._idle.set()

    async def _pass_on(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        sent = Moment(self._loop.time())
        headers = texts(request.raw_headers)
        try:
            answer = await self._session.request(
                request.method,
                URL(self.upstream.url(request.raw_path), encoded=True),
                headers=[(name, _sendable(value)) for name, value in asked(headers, self._key)],
                data=body or None,
                allow_redirects=False,
                proxy=self.upstream.proxy,
                trace_request_ctx=sent,
            )
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return self._unreachable(request, error)
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        relay = Relay(request, answer, sent, self._loop)
        try:
            response = await relay.response()
        except Silent as error:
            self._told(f"{request.method}: {error}; the answer is broken off, and not recorded")
            return Written(keep_alive=False)
        finally:
            if answer.content.at_eof():
                answer.release()
            else:
                answer.close()
        asked_for = RecordedRequest(
            request.method, request.rel_url.raw_path, request.rel_url.raw_query_string, headers, body
        )
        await self._record(Interaction(asked_for, response, at, self.upstream.origin))
        return Written(relay.keep_alive and response.end == "complete")

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


def _sendable(value: str) -> str:
    """Give a header's value as aiohttp wants it, which sends UTF-8 only."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value
