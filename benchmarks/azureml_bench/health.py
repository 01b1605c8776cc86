"""Whether the harness itself kept up: a slow harness measures itself, and its figures are not the endpoint's."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import process_time, thread_time
from typing import NamedTuple

from azureml_bench.distribution import Distribution

_EVERY = 0.01
_BUSY = 0.9
_LATE = 0.05
_FELT = 0.005
_SENT = 0.9
_IDLE = 0.5
_MORE = "lower the rate, or send from several processes (azureml-bench locust)"


class Finding(NamedTuple):
    """Something about the harness that a reader must know. `invalid` says that the figures are not the endpoint's."""

    invalid: bool
    text: str


@dataclass
class Health:
    """What is known about the harness when a run is over; durations in seconds.

    `delays` is how late each request was sent, `lags` how late the event loop woke each hundredth of a second, `cpu`
    the share of one core that this process used, all its threads together, `thread` that of the thread which sends
    and reads, `sockets` how many connections were opened. `stopped` is when somebody stopped the run, in seconds
    since it began; None if it came to its own end.
    """

    delays: Sequence[float] = ()
    lags: Sequence[float] = ()
    cpu: float = 0.0
    sockets: int = 0
    lost: int = 0
    thread: float = 0.0
    stopped: float | None = None


@dataclass
class Watch:
    """Watches the harness of this process while a run lasts."""

    connections: Callable[[], int]
    _lags: list[float] = field(default_factory=list)
    _task: "asyncio.Task[None] | None" = None
    _began: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def start(self) -> None:
        """Begin."""
        self._lags.clear()
        self._began = asyncio.get_running_loop().time(), process_time(), thread_time()
        self._task = asyncio.create_task(self._watch())

    async def stop(self, delays: Sequence[float]) -> Health:
        """End, and give what was seen."""
        assert self._task
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        wall, busy, own = self._began
        lasted = max(asyncio.get_running_loop().time() - wall, 1e-9)
        return Health(
            delays,
            tuple(self._lags),
            (process_time() - busy) / lasted,
            self.connections(),
            thread=(thread_time() - own) / lasted,
        )

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + _EVERY, loop.time())
            await asyncio.sleep(due - loop.time())
            self._lags.append(loop.time() - due)


def findings(
    health: Health, latency: float | None, delay: Distribution | None = None, sent: float = 1.0
) -> list[Finding]:
    """Say what is wrong with a harness.

    `latency` is the median of the requests, in seconds, None where none was answered; `delay` how late they were
    sent, None in a closed loop; `sent` the share of what was due that had been sent by the end of the time measured.

    Late sending is part of what is measured from the intended start, so it is a warning while it is rare. It makes a
    run invalid when it is the rule: half of all requests later than a twentieth of their latency, and felt.
    """
    found = []
    if max(health.cpu, health.thread) > _BUSY:
        found.append(Finding(True, f"the harness used {health.cpu:.0%} of a core, it was the bottleneck: {_MORE}"))
    if sent < _SENT:
        found.append(Finding(True, f"the harness sent {sent:.0%} of what was due in time: {_advice(health.cpu)}"))
    lag = Distribution.of(health.lags)
    for what, late in (("requests were sent late", delay), ("the harness woke late", lag if delay is None else None)):
        if late and latency and late["p99"] > _LATE * latency:
            found.append(_late(what, late, latency, health.cpu))
    if health.lost:
        found.append(Finding(True, f"{health.lost} workers were lost, and what they had measured"))
    return found


def _late(what: str, late: Distribution, latency: float, cpu: float) -> Finding:
    always = late["p50"] > max(_LATE * latency, _FELT)
    which = "p50" if always else "p99"
    text = f"{what}: {which} {late[which] * 1000:.1f} ms, {late[which] / latency:.0%} of the median latency"
    return Finding(always, f"{text}: {_advice(cpu)}" if always else text)


def _advice(cpu: float) -> str:
    return _MORE if cpu >= _IDLE else f"it used {cpu:.0%} of a core only, the machine was busy with something else"
