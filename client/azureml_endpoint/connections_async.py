"""The async road's connections: aiohttp's, which bound every write and note what becomes of an attempt."""

import asyncio
from contextvars import ContextVar
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

from azureml_endpoint.exchanges import SHOWN_START, Attempt

LONGEST_HEADER = 1 << 16
"""Bytes a header may have, as on the sync road."""

current: ContextVar[Attempt] = ContextVar("attempt")


class Connector(aiohttp.TCPConnector):
    """Makes connections of the class below."""

    def __init__(self) -> None:
        super().__init__(limit=0)
        self._factory = lambda: Connection(loop=self._loop)  # type: ignore[assignment]  # aiohttp's seam, not public


class Connection(ResponseHandler):
    """A connection that knows the attempt it serves.

    aiohttp parses a segment of bytes as a whole, and forgets the head in it when the body is broken: here head and
    body are parsed one after the other, and what came of a body that breaks is kept in the reader.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._attempt: Attempt | None = None
        self._writing: asyncio.TimerHandle | None = None

    def set_response_params(self, **params: Any) -> None:
        """Begin an attempt."""
        attempt = current.get()
        attempt.reused = self._attempt is not None
        self._attempt = attempt
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        attempt = self._attempt
        if data and attempt is not None and not attempt.received:
            attempt.received = bytes(data[:SHOWN_START])
            head, end, body = bytes(data).partition(b"\r\n\r\n")
            super().data_received(head + end)
            data = body
            if not data:
                return
        super().data_received(data)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """Take note of a failure, the reader of the body too, who would wait for ever."""
        body = self._payload
        super().set_exception(exc, *cause)
        if body is not None and not body.is_eof() and body.exception() is None:
            known = isinstance(exc, aiohttp.ClientError | OSError)
            body.set_exception(exc if known else aiohttp.ClientPayloadError(str(exc) or type(exc).__name__))

    def pause_writing(self) -> None:
        """Begin to watch whether the endpoint reads."""
        super().pause_writing()
        self._watch_writing(None)

    def resume_writing(self) -> None:
        """End watching."""
        super().resume_writing()
        self._end_watch()

    def connection_lost(self, exc: BaseException | None) -> None:
        """End watching."""
        self._end_watch()
        super().connection_lost(exc)

    def _watch_writing(self, before: int | None) -> None:
        transport, silence = self.transport, self.read_timeout
        if transport is None or silence is None:
            return
        waiting = transport.get_write_buffer_size()
        if before is not None and waiting >= before:
            self.set_exception(aiohttp.SocketTimeoutError("Timeout on writing data to socket"))
            transport.abort()
            return
        self._writing = self._loop.call_later(silence, self._watch_writing, waiting)

    def _end_watch(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
