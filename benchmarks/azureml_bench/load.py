"""When requests are sent: at their own time (open loop), or as soon as a caller is free (closed loop)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from azureml_bench.outcome import CONNECT, CUT, DROPPED
from azureml_bench.sample import Sample
from azureml_bench.waiting import until

_SECOND = 1_000_000_000
_AHEAD = 32
"""So many requests are made before they are due, at most."""
LATE = "the harness came to it too late"
"""The note of what was dropped since this process could not keep up."""
_NOBODY = 0.1
"""Seconds that a user waits who could not connect."""
_ROOM = 3_000_000
"""Nanoseconds until the next request is due, below which nothing further is made ahead of its time."""


class Due(NamedTuple):
    """A request that is to be sent: its number, when in nanoseconds, and to which phase it belongs."""

    number: int
    at: int
    phase: str


class Phases(NamedTuple):
    """The parts of a run, in seconds: what is sent in the first is not measured; in the last nothing is sent."""

    warmup: float = 0.0
    measure: float = 60.0
    drain: float = 30.0

    @property
    def sending(self) -> float:
        """For how long requests are sent."""
        return self.warmup + self.measure

    def of(self, seconds: float) -> str:
        """Name the phase of an instant."""
        return "warmup" if seconds < self.warmup else "measure"


class Calls(Protocol):
    """What sends a request: `Caller.call`, or something that measures nothing."""

    def __call__(self, number: int, phase: str, intended: int | None = None) -> Awaitable[Sample]:
        """Send it, and give how it went."""


Now = Callable[[], int]


def nothing(number: int) -> None:
    """Prepare nothing."""


def schedule(arrivals: Iterable[float], phases: Phases) -> Iterator[Due]:
    """Give the requests of an open loop, whose arrivals are in seconds and in order."""
    for number, at in enumerate(arrivals):
        if at >= phases.sending:
            return
        yield Due(number, round(at * _SECOND), phases.of(at))


@dataclass
class Load:
    """Sends requests and keeps what they measured, in the order of their ends.

    `prepare` makes what can be made of a request before it is due; it is asked while there is nothing else to do.
    Whatever becomes of a request is a sample, so what `call` raises is a mistake in it, and ends the load.
    """

    call: Calls
    now: Now
    heard: Callable[[Sample], None]
    prepare: Callable[[int], None] = nothing
    _out: "dict[asyncio.Task[Sample], Due]" = field(default_factory=dict, init=False)
    _broken: BaseException | None = field(default=None, init=False)

    @property
    def in_flight(self) -> int:
        """How many requests are out."""
        return len(self._out)

    async def open_loop(self, dues: Iterable[Due], max_in_flight: int, drain: float) -> None:
        """Send each request when it is due, whatever became of those before.

        One that is due while `max_in_flight` are out is not sent, and counted as dropped: to send it later would
        bunch the load. So is one that this process comes to more than `drain` seconds too late, or one second if that
        is more: a run ends, whatever was asked for. What is still out `drain` seconds after the last was due is cut,
        and counted apart.
        """
        coming = _Coming(iter(dues), self.prepare, self.now)
        while not self._broken and (due := coming.first()):
            await self._wait(due, coming)
            coming.take()
            now = self.now()
            late = now - due.at > max(drain, 1) * _SECOND
            if late or len(self._out) >= max_in_flight:
                self.heard(Sample(due.number, due.phase, due.at, now, now, DROPPED.name, note=LATE if late else ""))
                continue
            self._send(due, due.at)
        await self._drained(drain)

    async def closed_loop(self, users: int, phases: Phases, pace: float = 0.0) -> None:
        """Have so many users send one request after the other, at most one each `pace` seconds.

        Where there is a pace, they begin one after the other, evenly over it. Whoever cannot connect tries again a
        little later: a server that is gone is not asked as fast as this machine can.
        """
        numbers = iter(range(1 << 62))
        ends = round(phases.sending * _SECOND)

        async def user(begins: int) -> None:
            await until(begins, self.now)
            while (at := self.now()) < ends:
                call = self._send(Due(next(numbers), at, phases.of(at / _SECOND)))
                await asyncio.wait([call])
                if self._broken:
                    return
                if not call.cancelled() and call.result().outcome == CONNECT.name:
                    await asyncio.sleep(_NOBODY)
                await until(at + round(pace * _SECOND), self.now)

        everybody = [asyncio.create_task(user(round(pace * _SECOND * one / users))) for one in range(users)]
        try:
            await asyncio.sleep(max(ends - self.now(), 0) / _SECOND)
            await self._drained(phases.drain)
        finally:
            for one in everybody:
                one.cancel()
            await asyncio.gather(*everybody, return_exceptions=True)

    async def cut(self) -> None:
        """End all that is out; each is heard of as cut."""
        late = list(self._out)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await asyncio.sleep(0)

    def _send(self, due: Due, intended: int | None = None) -> "asyncio.Task[Sample]":
        task = asyncio.ensure_future(self.call(due.number, due.phase, intended))
        self._out[task] = due
        task.add_done_callback(self._done)
        return task

    async def _wait(self, due: Due, coming: "_Coming") -> None:
        """Wait until it is due, and look ahead meanwhile."""
        if self.now() >= due.at:
            if not due.number % 64:
                await asyncio.sleep(0)  # what came in meanwhile is heard, however late this is
            return
        while due.at - self.now() > _ROOM and coming.look_ahead():  # noqa: ASYNC110  it is work
            await asyncio.sleep(0)
        await until(due.at, self.now)

    def _done(self, done: "asyncio.Task[Sample]") -> None:
        due = self._out.pop(done)
        if done.cancelled():
            now = self.now()
            self.heard(Sample(due.number, due.phase, due.at, min(due.at, now), now, CUT.name))
        elif error := done.exception():
            self._broken = self._broken or error
        else:
            self.heard(done.result())

    async def _drained(self, seconds: float) -> None:
        if self._out:
            await asyncio.wait(list(self._out), timeout=seconds)
        await self.cut()
        if self._broken:
            raise self._broken


class _Coming:
    """The requests that are to come, the first of them prepared unless it is late already."""

    def __init__(self, dues: Iterator[Due], prepare: Callable[[int], None], now: Now) -> None:
        self._dues, self._prepare, self._now = dues, prepare, now
        self._ready: deque[Due] = deque()

    def first(self) -> Due | None:
        """Give the one that is due next, None after the last."""
        if not self._ready:
            self.look_ahead()
        return self._ready[0] if self._ready else None

    def take(self) -> None:
        """Let it go."""
        self._ready.popleft()

    def look_ahead(self) -> bool:
        """Prepare another one; give whether there was one, and room for it."""
        if len(self._ready) >= _AHEAD:
            return False
        for due in self._dues:
            if due.at > self._now():
                self._prepare(due.number)
            self._ready.append(due)
            return True
        return False
