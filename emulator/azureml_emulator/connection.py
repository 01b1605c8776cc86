"""A caller's connection, as aiohttp reads it: what is played on it hears at once that the caller has gone."""

import asyncio
import os
from socket import SO_LINGER, SOL_SOCKET
from struct import pack
from typing import Any

from aiohttp import web

from azureml_emulator.listening import Unread
from azureml_emulator.player import Play

_AT_ONCE = pack("hh" if os.name == "nt" else "ii", 1, 0)
"""C's `struct linger`: on, for no time."""


class Connection(web.RequestHandler):
    """Takes requests one after the other, and lets answers be played."""

    __slots__ = ("_clock", "_unread", "heard", "play")

    def __init__(self, manager: web.Server, unread: Unread, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._clock = settings["loop"].time
        self._unread = unread
        self.heard = 0.0
        self.play: Play | None = None

    def data_received(self, data: bytes) -> None:
        """Read, and note when it came, on the loop's clock; it may have waited for being read, and may wait on.

        aiohttp calls this without data when it takes up a request that it had read before; nothing is heard then.
        """
        if data:
            self.heard = self._clock() - self._unread.seconds
        super().data_received(data)

    def send(self, data: bytes) -> bool:
        """Send bytes, now or as soon as the caller takes them; give whether the caller is there."""
        transport = self.transport
        if transport is None or transport.is_closing():
            return False
        if data:
            transport.write(data)
        return True

    def reset(self) -> None:
        """Break the connection off, so that the caller's system reports it as reset."""
        if self.transport is not None:
            self.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, _AT_ONCE)
            self.transport.abort()

    def resume_writing(self) -> None:
        """Go on, since the caller has read."""
        super().resume_writing()
        if self.play is not None:
            self.play.resume()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop, since the caller is gone."""
        play = self.play
        super().connection_lost(exc)
        if play is not None:
            play.lost()


class Listener(web.Server):
    """Makes a `Connection` for each caller; `unread` says how long what was read last had lain there."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.unread = Unread()

    def __call__(self) -> Connection:
        return Connection(self, self.unread, loop=asyncio.get_running_loop(), **self._kwargs)


class Written(web.StreamResponse):
    """What a handler gives back to aiohttp when all bytes are out."""

    def __init__(self, keep_alive: bool) -> None:
        super().__init__()
        self._keep_alive = keep_alive

    async def prepare(self, request: web.BaseRequest) -> None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None
