"""Listening, so that what is read from a caller comes with how long it has lain there unread.

Linux notes on each packet when it came in (`SO_TIMESTAMPNS`; measured: on loopback within some ten microseconds of
the sending), and says it of the last one that a read took from. Elsewhere, and under loops that read in their own
way, nothing is known of it, and what is read counts as having come just now.
"""

import asyncio
import errno
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from struct import Struct
from time import time
from typing import Any

_STAMPS = 35
"""Linux's `SO_TIMESTAMPNS`, for which Python has no name."""
_STAMP = Struct("ll")
"""C's `struct timespec`: seconds since 1970, and nanoseconds."""
_ROOM = socket.CMSG_SPACE(_STAMP.size) if sys.platform == "linux" else 0

_LONGEST = 60.0
"""What seems to have lain for so many seconds has not: the clock was set meanwhile."""
_ELSEWHERE = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
"""How a bind fails if a machine does not have the address, such as `::1` where there is no IPv6."""
_TRIES = 10


class Unread:
    """How long that which was read last, of any caller, had lain there, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def hear(self, notes: list[tuple[int, int, bytes]]) -> None:
        """Hear what the system says of the bytes of a read."""
        self.seconds = 0.0
        for _, kind, stamp in notes:
            if kind == _STAMPS and len(stamp) == _STAMP.size:
                seconds, nanoseconds = _STAMP.unpack(stamp)
                lain = time() - seconds - nanoseconds / 1e9
                if 0 < lain < _LONGEST:
                    self.seconds = lain


class _Caller(socket.socket):
    """A caller's connection; each read tells how old it is."""

    unread: Unread

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        data, notes, _, _ = self.recvmsg(bufsize, _ROOM, flags)
        self.unread.hear(notes)
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        size, notes, _, _ = self.recvmsg_into([memoryview(buffer)[: nbytes or None]], _ROOM, flags)
        self.unread.hear(notes)
        return size


class _Door(socket.socket):
    """Lets callers in."""

    unread: Unread

    def accept(self) -> tuple[socket.socket, Any]:
        accepted, address = super().accept()
        caller = _Caller(accepted.family, accepted.type, accepted.proto, accepted.detach())
        caller.unread = self.unread
        return caller, address


async def listening(host: str, port: int, unread: Unread) -> list[socket.socket]:
    """Listen at each address of a host, at one port; 0 takes one that is free at all of them.

    `unread` is told of each read. An address that this machine does not have is left out if there are others. Raises
    `OSError`, also if there is no such host, and `OverflowError` if there is no such port.
    """
    if not 0 <= port < 1 << 16:
        raise OverflowError("port must be 0-65535")
    addresses = await _addresses(host)
    for _ in range(0 if port else _TRIES):
        with suppress(OSError):
            return _opened(addresses, port, unread)
    return _opened(addresses, port, unread)


async def _addresses(host: str) -> list[tuple[int, Any]]:
    """Look up a host; a number needs no thread that waits for an answer."""
    asked: dict[str, Any] = {"host": host or None, "port": 0, "type": socket.SOCK_STREAM}
    try:
        found = socket.getaddrinfo(**asked, flags=socket.AI_PASSIVE | socket.AI_NUMERICHOST)
    except socket.gaierror:
        found = await asyncio.get_running_loop().getaddrinfo(**asked, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _opened(addresses: Sequence[tuple[int, Any]], port: int, unread: Unread) -> list[socket.socket]:
    opened: list[socket.socket] = []
    missing = None
    try:
        for family, (host, _, *more) in addresses:
            try:
                door = socket.create_server((host, port, *more), family=family)
            except OSError as error:
                if error.errno not in _ELSEWHERE:
                    raise
                missing = error
            else:
                opened.append(_door(door, unread))
                port = port or opened[-1].getsockname()[1]
        if missing and not opened:
            raise missing
    except OSError:
        for door in opened:
            door.close()
        raise
    return opened


def _door(bound: socket.socket, unread: Unread) -> socket.socket:
    if sys.platform != "linux":
        return bound
    door = _Door(bound.family, bound.type, bound.proto, bound.detach())
    door.unread = unread
    with suppress(OSError):
        door.setsockopt(socket.SOL_SOCKET, _STAMPS, 1)  # who comes in has it too
    return door
