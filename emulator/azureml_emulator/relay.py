"""An answer on its way from a recorded endpoint to the caller: passed on as it comes, and timed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal

import aiohttp
from aiohttp import web

from azureml_emulator.connection import Connection
from azureml_emulator.framing import LAST_CHUNK, chunk
from azureml_emulator.recording.cassette import Headers, RecordedResponse
from azureml_emulator.recording.upstream import forwarded

_WITHOUT_BODY = (204, 304)

Framing = Literal["length", "chunked", "close"]
End = Literal["complete", "cut", "reset", "left"]


class Silent(Exception):
    """The endpoint said nothing for too long, in the midst of an answer."""


class Moment:
    """When the last byte of a request went out."""

    def __init__(self, at: float) -> None:
        self.at = at


def timing(loop: asyncio.AbstractEventLoop) -> aiohttp.TraceConfig:
    """Have aiohttp tell when it sent a request: neither looking for the host nor connecting counts."""

    async def note(_: Any, context: Any, __: Any) -> None:
        context.trace_request_ctx.at = loop.time()

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(note)
    trace.on_request_chunk_sent.append(note)
    return trace


class Relay:
    """One answer on its way from the endpoint to the caller."""

    def __init__(
        self,
        request: web.BaseRequest,
        answer: aiohttp.ClientResponse,
        sent: Moment,
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
        headers = forwarded(texts(answer.raw_headers))
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
            async for data, whole in _pieces(self._answer.content):
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


def texts(headers: tuple[tuple[bytes, bytes], ...]) -> Headers:
    """Give headers as texts, of which each character is a byte."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def _framing(request: web.BaseRequest, answer: aiohttp.ClientResponse) -> Framing:
    if "chunked" in answer.headers.get("transfer-encoding", "").lower():
        return "chunked"
    told = "content-length" in answer.headers or request.method == "HEAD" or answer.status in _WITHOUT_BODY
    return "length" if told else "close"


async def _pieces(content: aiohttp.StreamReader) -> AsyncIterator[tuple[bytes, bool]]:
    """Give bytes as they come, each with whether a chunk ends there; aiohttp's own way has no end without a body."""
    if not content.at_eof():
        async for piece in content.iter_chunks():
            yield piece


def _left_over(content: aiohttp.StreamReader) -> list[bytes]:
    """Give what came just before a connection broke: aiohttp has it, but only tells of the break."""
    data = content._read_nowait(-1)  # noqa: SLF001
    return [data] if data else []


def _is_reset(error: Exception) -> bool:
    """Say whether a connection was reset, rather than closed; of a body's middle aiohttp says so in words only."""
    return isinstance(error, ConnectionResetError) or ConnectionResetError.__name__ in str(error)
