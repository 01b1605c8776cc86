"""When requests are sent: at their own time (open loop), or as soon as a caller is free (closed loop)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from azureml_bench.outcome import CUT, DROPPED
from azureml_bench.sample import Sample

_SECOND = 1_000_000_000


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


def schedule(arrivals: Iterable[float], phases: Phases) -> Iterator[Due]:
    """Give the requests of an open loop, whose arrivals are in seconds and in order."""
    for number, at in enumerate(arrivals):
        if at >= phases.sending:
            return
        yield Due(number, round(at * _SECOND), phases.of(at))


@dataclass
class Load:
    """Sends requests and keeps what they measured, in the order of their ends."""

    call: Calls
    now: Now
    heard: Callable[[Sample], None]

    async def open_loop(self, dues: Iterable[Due], max_in_flight: int, drain: float) -> None:
        """Send each request when it is due, whatever became of those before.

        One that is due while `max_in_flight` are out is not sent, and counted as dropped: to send it later would
        bunch the load. What is still out `drain` seconds after the last was due is cut, and counted apart.
        """
        out: dict[asyncio.Task[Sample], Due] = {}
        for due in dues:
            wait = due.at - self.now()
            if wait > 0:
                await asyncio.sleep(wait / _SECOND)
            elif not due.number % 64:
                await asyncio.sleep(0)  # what came in meanwhile is heard, however late this is
            if len(out) >= max_in_flight:
                now = self.now()
                self.heard(Sample(due.number, due.phase, due.at, now, now, DROPPED.name))
                continue
            task = asyncio.ensure_future(self.call(due.number, due.phase, due.at))
            out[task] = due
            task.add_done_callback(lambda done: self._done(done, out))
        await self._drained(out, drain)

    async def closed_loop(self, users: int, phases: Phases, pace: float = 0.0) -> None:
        """Have so many users send one request after the other, at most one each `pace` seconds."""
        numbers = iter(range(1 << 62))
        out: dict[asyncio.Task[Sample], Due] = {}
        ends = round(phases.sending * _SECOND)

        async def user() -> None:
            while (at := self.now()) < ends:
                due = Due(next(numbers), at, phases.of(at / _SECOND))
                task = asyncio.ensure_future(self.call(due.number, due.phase))
                out[task] = due
                task.add_done_callback(lambda done: self._done(done, out))
                await asyncio.wait([task])
                await asyncio.sleep(max(at + round(pace * _SECOND) - self.now(), 0) / _SECOND)

        everybody = [asyncio.create_task(user()) for _ in range(users)]
        await asyncio.sleep(max(ends - self.now(), 0) / _SECOND)
        await self._drained(out, phases.drain)
        await asyncio.gather(*everybody)

    def _done(self, done: "asyncio.Task[Sample]", out: "dict[asyncio.Task[Sample], Due]") -> None:
        due = out.pop(done)
        if done.cancelled():
            now = self.now()
            self.heard(Sample(due.number, due.phase, due.at, min(due.at, now), now, CUT.name))
        else:
            self.heard(done.result())

    async def _drained(self, out: "dict[asyncio.Task[Sample], Due]", seconds: float) -> None:
        tasks = deque(out)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            await asyncio.sleep(0)
