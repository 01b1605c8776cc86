"""Plays timetables on connections: each frame goes out when it is due, on the loop's clock."""

import asyncio
from collections.abc import Iterator
from heapq import heapify, heappop, heappush, heapreplace
from itertools import count
from math import ceil, inf
from typing import Protocol

from azureml_emulator.punctuality import Punctuality
from azureml_emulator.wire import Write

_AT_ONCE = 1 << 16
"""About so many bytes are written before the line is asked whether it takes more."""

_GRAIN = 0.0005
"""Seconds between the moments at which frames go out: many streams share a waking, and none waits longer for it.

To write while the reader is awake costs a fraction of what it costs to wake it (measured: 3 and 30 us).
"""

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

    Deadlines are absolute: what is late delays nothing that comes after it. All that is due goes out in one write.
    `resume` is to be called when the line takes more again, `lost` when there is nobody at its other end any more.
    """

    __slots__ = (
        *(
            "_due",
            "_ended",
            "_first",
            "_first_due",
            "_frame",
            "_frames",
            "_held",
            "_last_due",
            "_late",
            "_line",
            "_number",
        ),
        *("_over", "_player", "_start", "_worst", "gone"),
    )

    def __init__(self, player: "Player", frames: Iterator[Write], start: float, line: Line) -> None:
        self._player, self._frames, self._start, self._line = player, frames, start, line
        due, self._frame = next(frames)
        self._due = self._first_due = self._last_due = start + due
        self._over: asyncio.Future[None] | None = None
        self._first = self._ended = self._late = self._worst = 0.0
        self._number = 0
        self._held = self.gone = False

    async def whole(self) -> Punctuality | None:
        """Play it to its end; give how it kept its time, or nothing if the caller went away before."""
        self._go_on()
        if not self._ended and not self.gone:
            self._over = self._player.loop.create_future()
            try:
                await self._over
            finally:
                self._stop()
        if self.gone:
            return None
        start, late = self._start, self._late / self._number
        dues = self._first_due - start, self._last_due - start
        return Punctuality(*dues, self._first - start, self._ended - start, late, self._worst)

    def resume(self) -> None:
        """Go on, if it was the line that held it up."""
        if self._held:
            self._held = False
            self._go_on()

    def advance(self, now: float) -> float:
        """Write what is due, as long as the line takes it; give when more is, on the loop's clock."""
        line = self._line
        while self._due <= now and not line.writing_paused:
            if not line.send(self._taken(now)):
                self.lost()
        if now < self._due < inf:
            return self._due
        if line.writing_paused:
            self._held = True
        elif not self.gone:
            self._ended = now
            self._tell()
        return inf

    def lost(self) -> None:
        """Play no more: the caller is gone."""
        self.gone = True
        self._stop()
        self._tell()

    def _taken(self, now: float) -> bytes:
        """Take what is due, but not much more than the line may take at once."""
        if not self._number:
            self._first = now
        taken = self._next(now)
        if self._due > now:
            return taken
        more, size = [taken], len(taken)
        while self._due <= now and size < _AT_ONCE:
            more.append(self._next(now))
            size += len(more[-1])
        return b"".join(more)

    def _next(self, now: float) -> bytes:
        """Take one frame, and note how late it is."""
        frame, was_due = self._frame, self._due
        late = now - was_due
        self._number += 1
        self._late += late
        self._worst = max(self._worst, late)
        self._last_due = was_due
        due, self._frame = next(self._frames, _NO_MORE)
        self._due = self._start + due
        return frame

    def _go_on(self) -> None:
        due = self.advance(self._player.loop.time())
        if due < inf:
            self._player.at(due, self)

    def _tell(self) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(None)

    def _stop(self) -> None:
        if self._due < inf:
            self._frames, self._frame, self._due = iter(()), b"", inf
            self._player.forget()


class Player:
    """Plays timetables on one loop, with one alarm for all of them: no task and no timer of its own for a frame."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._waiting: list[tuple[float, int, Play]] = []
        self._number = count()
        self._left = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = inf

    def play(self, frames: Iterator[Write], start: float, line: Line) -> Play:
        """Prepare to play frames, one at least, due in seconds after `start` on the loop's clock."""
        return Play(self, frames, start, line)

    def at(self, due: float, play: Play) -> None:
        """Have a play advance when its next frame is due."""
        if self._left > 100 + len(self._waiting) // 2:
            self._waiting = [one for one in self._waiting if not one[2].gone]
            heapify(self._waiting)
            self._left = 0
        heappush(self._waiting, (due, next(self._number), play))
        self._wake_at(due)

    def catch_up(self) -> None:
        """Write what is due by now, of all plays."""
        waiting, clock = self._waiting, self.loop.time
        if not waiting:
            return
        until = now = clock()
        while waiting and waiting[0][0] <= until:
            play = waiting[0][2]
            due = play.advance(now)
            if due < inf:
                heapreplace(waiting, (due, next(self._number), play))
            else:
                heappop(waiting)
            now = clock()
        if waiting:
            self._wake_at(waiting[0][0])

    def forget(self) -> None:
        """Hear that a play was lost: where many have left, what they left behind is cleared away."""
        self._left += 1

    def _wake_at(self, due: float) -> None:
        at = ceil(due / _GRAIN) * _GRAIN
        if at < self._alarm_at:
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm, self._alarm_at = self.loop.call_at(at, self._ring), at

    def _ring(self) -> None:
        self._alarm, self._alarm_at = None, inf
        self.catch_up()
