"""What the front door lets through: requests in flight, their time, their number a second, and their bytes a second.

All of it is reckoned in virtual time, from the arrivals of calls and from how long their answers are known to take.
"""

from collections import deque
from heapq import heappop, heappush, heapreplace
from typing import NamedTuple

from azureml_emulator.endpoint import Deployment, Endpoint, RequestSettings
from azureml_emulator.errors import (
    ModelNotReady,
    TooFewInstances,
    TooManyPending,
    TooManyRequests,
    UpstreamTimeout,
)
from azureml_emulator.wire import End, Headers, Result

_BURST = 1.0
"""Seconds' worth of bytes that pass before bandwidth is limited: what Envoy's bandwidth filter holds (unverified)."""


class Queue:
    """The slots of a deployment's instances, and the calls that wait for one, first come, first served.

    Twice as many calls as there are slots may be in flight (documented).
    """

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self._free: list[float] = []
        self._leaving: list[float] = []

    def enter(self, at: float) -> float:
        """Say when a call that comes now gets its slot. Raises `TooManyPending`."""
        while self._leaving and self._leaving[0] <= at:
            heappop(self._leaving)
        if len(self._leaving) >= 2 * self.slots:
            raise TooManyPending(f"{len(self._leaving)} requests are in flight, for {self.slots} at once")
        return max(at, self._free[0]) if len(self._free) == self.slots else at

    def work(self, start: float, end: float) -> None:
        """Take the slot that `enter` gave, until the call's work is done."""
        if self._free and (len(self._free) == self.slots or self._free[0] <= start):
            heapreplace(self._free, end)
        else:
            heappush(self._free, end)
        heappush(self._leaving, end)

    def wait(self, until: float) -> None:
        """Wait for a slot, but no longer than this."""
        heappush(self._leaving, until)


class Gate:
    """The way to one deployment: is it up, is there room, does it answer in time."""

    def __init__(self, settings: Deployment) -> None:
        limits = settings.request_settings or RequestSettings()
        at_once = limits.max_concurrent_requests_per_instance
        self._state = settings.state
        self._queue = Queue(at_once * (settings.instance_count or 1)) if at_once else None
        self._timeout = None if limits.request_timeout_ms is None else limits.request_timeout_ms / 1000

    @property
    def limits(self) -> bool:
        """Whether it holds anybody up."""
        return self._state != "ready" or self._queue is not None or self._timeout is not None

    def enter(self, at: float, delay: float) -> float:
        """Say how long a call waits, the delay on its way here included. Raises the `DoorError` that it gets."""
        if self._state != "ready":
            raise ModelNotReady if self._state == "not_ready" else TooFewInstances
        if self._queue is None:
            return delay
        wait = self._queue.enter(at + delay) - at
        if self._timeout is not None and wait > self._timeout:
            self._queue.wait(at + self._timeout)
            raise self._late("the request waited for a slot")
        return wait

    def leave(self, at: float, wait: float, result: Result) -> Result:
        """Give the answer of a call that waited. Raises `UpstreamTimeout` if it is too late.

        A stream that began in time is cut off at the timeout: Envoy's, which measures until the answer's end, does
        that (documented for Envoy, unverified for Azure). The container works on either way.
        """
        if self._queue:
            self._queue.work(at + wait, at + wait + result.seconds)
        result = result.later(wait) if wait else result
        if self._timeout is None or result.seconds <= self._timeout:
            return result
        if not result.chunked or result.writes[0][0] > self._timeout:
            raise self._late(f"the answer takes {result.seconds * 1000:.0f} ms")
        return result._replace(
            writes=tuple(one for one in result.writes if one[0] <= self._timeout), end=End(self._timeout)
        )

    def _late(self, what: str) -> UpstreamTimeout:
        assert self._timeout is not None
        return UpstreamTimeout(f"{what}, request_timeout_ms is {self._timeout * 1000:.0f}", self._timeout)


class Rate:
    """No more than so many calls in any second."""

    def __init__(self, limit: int) -> None:
        self._latest: deque[float] = deque(maxlen=limit)

    def count(self, at: float) -> None:
        """Let a call through. Raises `TooManyRequests`."""
        if len(self._latest) == self._latest.maxlen and at - self._latest[0] < 1.0:
            raise TooManyRequests(f"more than {self._latest.maxlen} requests in a second")
        self._latest.append(at)


class Line:
    """So many bytes a second, in and out; what is too much is late, not lost (documented).

    The bytes of an answer count from the arrival of their call.
    """

    def __init__(self, megabytes: float) -> None:
        self._speed = megabytes * 1_000_000
        self._through = 0.0

    def delay(self, at: float, size: int) -> float:
        """Send some bytes; give the seconds by which they are late."""
        self._through = max(self._through, at) + size / self._speed
        return max(0.0, self._through - at - _BURST)


class Visit(NamedTuple):
    """A call on its way through: the gate it took, its arrival, how long it waited, and how late its bytes came."""

    gate: Gate | None
    at: float
    wait: float
    delay: float


class Admission:
    """All that holds up the calls of one endpoint.

    Should arrivals jump back by more than a minute, a clock was set: what was before is forgotten.
    """

    def __init__(self, settings: Endpoint) -> None:
        self._settings = settings
        self.clear()

    def clear(self) -> None:
        """Forget who is in flight."""
        gates = {one.name: Gate(one) for one in self._settings.deployments}
        self._gates = {name: gate for name, gate in gates.items() if gate.limits}
        rate, speed = self._settings.requests_per_second, self._settings.bandwidth_mbps
        self._rate = Rate(rate) if rate else None
        self._line = Line(speed) if speed else None
        self._latest = 0.0

    @property
    def limits(self) -> bool:
        """Whether anything is limited at all."""
        return bool(self._gates or self._rate or self._line)

    def count(self, at: float) -> None:
        """Count a call. Raises `TooManyRequests`."""
        if at < self._latest - 60:
            self.clear()
        self._latest = max(self._latest, at)
        if self._rate:
            self._rate.count(at)

    def enter(self, deployment: str, at: float, size: int) -> Visit:
        """Let a call with a body of so many bytes through to a deployment. Raises the `DoorError` that it gets."""
        gate = self._gates.get(deployment)
        delay = self._line.delay(at, size) if self._line else 0.0
        return Visit(gate, at, gate.enter(at, delay) if gate else delay, delay)

    def leave(self, visit: Visit, result: Result) -> Result:
        """Let the deployment's answer out. Raises `UpstreamTimeout` if it is too late.

        The delays of a limited bandwidth are told in headers; Azure documents them as trailers, which an answer with
        a length does not have.
        """
        if visit.gate:
            result = visit.gate.leave(visit.at, visit.wait, result)
        elif visit.wait:
            result = result.later(visit.wait)
        if self._line is None:
            return result
        late = self._line.delay(visit.at, sum(len(data) for _, data in result.writes))
        told = {"request": visit.delay, "response": late}
        headers: Headers = tuple(
            (f"ms-azureml-bandwidth-{what}-delay-ms", f"{one * 1000:.0f}") for what, one in told.items() if one
        )
        return result.later(late, headers) if headers else result
