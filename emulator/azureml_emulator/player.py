"""Plays a timetable on a connection: each frame goes out when it is due, on the loop's clock."""

import asyncio
from collections.abc import Iterator
from math import inf
from typing import Protocol

from azureml_emulator.punctuality import Punctuality
from azureml_emulator.wire import Write

_AT_ONCE = 1 << 16
"""About so many bytes are written before the line is asked whether it takes more."""

_NO_MORE = (inf, b"")


class Line(Protocol):
    """What a timetable is played on."""

    @property
    def writing_paused(self) -> bool:
        """Whether much of what was written still waits for a slow reader."""

    def send(self, data: bytes) -> bool:
        """Send bytes, now or as soon as the reader takes them; give whether there is a reader."""


class Play:
    """One reply on its way out.

    Deadlines are absolute: what is late delays nothing that comes after it. No task wakes up for a frame, and all
    that is due goes out in one write. `go_on` is to be called when the line takes more again, `lost` when there is
    nobody at its other end any more.
    """

    __slots__ = (
        *("_due", "_ended", "_first", "_first_due", "_frame", "_frames", "_last_due", "_late", "_line", "_loop"),
        *("_number", "_over", "_start", "_timer", "_worst", "gone"),
    )

    def __init__(self, frames: Iterator[Write], start: float, line: Line, loop: asyncio.AbstractEventLoop) -> None:
        """Prepare to play frames, one at least, due in seconds after `start` on the loop's clock."""
        self._frames, self._start, self._line, self._loop = frames, start, line, loop
        due, self._frame = next(frames)
        self._due = self._first_due = self._last_due = start + due
        self._timer: asyncio.TimerHandle | None = None
        self._over: asyncio.Future[None] | None = None
        self._first = self._ended = self._late = self._worst = 0.0
        self._number = 0
        self.gone = False

    async def whole(self) -> Punctuality | None:
        """Play it to its end; give how it kept its time, or nothing if the caller went away before."""
        self.go_on()
        if not self._ended and not self.gone:
            self._over = self._loop.create_future()
            try:
                await self._over
            finally:
                self._stop()
        if self.gone:
            return None
        start, late = self._start, self._late / self._number
        dues = self._first_due - start, self._last_due - start
        return Punctuality(*dues, self._first - start, self._ended - start, late, self._worst)

    def go_on(self) -> None:
        """Write all that is due, as long as the line takes it; come again when more is."""
        self._rest()
        line, now = self._line, self._loop.time()
        while not line.writing_paused:
            if self._due == inf:
                self._end(now)
                return
            if self._due > now:
                self._timer = self._loop.call_at(self._due, self.go_on)
                return
            if not line.send(self._taken(now)):
                self.lost()
                return
            now = self._loop.time()

    def lost(self) -> None:
        """Play no more: the caller is gone."""
        self.gone = True
        self._stop()
        if self._over is not None and not self._over.done():
            self._over.set_result(None)

    def _taken(self, now: float) -> bytes:
        """Take what is due, but not much more than the line may take at once."""
        taken, size = [], 0
        if not self._number:
            self._first = now
        while self._due <= now and size < _AT_ONCE:
            taken.append(self._frame)
            size += len(self._frame)
            late = now - self._due
            self._number += 1
            self._late += late
            self._worst = max(self._worst, late)
            self._last_due = self._due
            due, self._frame = next(self._frames, _NO_MORE)
            self._due = self._start + due
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def _end(self, now: float) -> None:
        self._ended = now
        if self._over is not None and not self._over.done():
            self._over.set_result(None)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop(self) -> None:
        self._rest()
        self._frames, self._frame, self._due = iter(()), b"", inf
