"""Whether the harness itself kept up: a slow harness measures itself, and its figures are not the endpoint's."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import process_time
from typing import NamedTuple

_EVERY = 0.01
_BUSY = 0.9
_LATE = 0.05


class Finding(NamedTuple):
    """Something about the harness that a reader must know. `invalid` says that the figures are not the endpoint's."""

    invalid: bool
    text: str


@dataclass
class Health:
    """What is known about the harness when a run is over; durations in seconds.

    `delays` is how late each request was sent, `lags` how late the event loop woke each hundredth of a second, `cpu`
    the share of one core that this process used, `sockets` how many connections were opened.
    """

    delays: Sequence[float] = ()
    lags: Sequence[float] = ()
    cpu: float = 0.0
    sockets: int = 0
    lost: int = 0


@dataclass
class Watch:
    """Watches the harness of this process while a run lasts."""

    connections: Callable[[], int]
    _lags: list[float] = field(default_factory=list)
    _sockets: int = 0
    _task: "asyncio.Task[None] | None" = None
    _began: tuple[float, float] = (0.0, 0.0)

    def start(self) -> None:
        """Begin."""
        self._lags.clear()
        self._began = asyncio.get_running_loop().time(), process_time()
        self._task = asyncio.create_task(self._watch())

    async def stop(self, delays: Sequence[float]) -> Health:
        """End, and give what was seen."""
        assert self._task
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        wall, busy = self._began
        lasted = asyncio.get_running_loop().time() - wall
        return Health(delays, tuple(self._lags), (process_time() - busy) / lasted if lasted else 0.0, self._sockets)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + _EVERY, loop.time())
            await asyncio.sleep(due - loop.time())
            self._lags.append(loop.time() - due)
            self._sockets = max(self._sockets, self.connections())


def findings(health: Health, median_latency: float | None, p99_delay: float | None) -> list[Finding]:
    """Say what is wrong with a harness. `median_latency` and `p99_delay` are in seconds, None where nothing was sent.

    Late sending is part of what is measured from the intended start, so it is a warning as long as it is small beside
    a request; it makes a run invalid when it is as long as one.
    """
    found = []
    if health.cpu > _BUSY:
        found.append(Finding(True, f"the harness used {health.cpu:.0%} of a core: it was the bottleneck"))
    if median_latency and p99_delay is not None and p99_delay > _LATE * median_latency:
        share = p99_delay / median_latency
        text = f"requests were sent late: p99 {p99_delay * 1000:.1f} ms, {share:.0%} of the median latency"
        found.append(Finding(share >= 1, text))
    if health.lost:
        found.append(Finding(True, f"{health.lost} workers were lost, and what they had measured"))
    return found
