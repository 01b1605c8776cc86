"""The way to one deployment: is it up, is there room, does it answer in time."""

from math import inf

from azureml_emulator.admission.ends import Entry
from azureml_emulator.admission.queue import Queue
from azureml_emulator.admission.workload import Workload
from azureml_emulator.answers import DecidingSource
from azureml_emulator.endpoint import Deployment, RequestSettings
from azureml_emulator.errors import ModelNotReady, TooFewInstances, TooManyPending, UpstreamTimeout
from azureml_emulator.latency import UNHURRIED, Load
from azureml_emulator.wire import End, Result


class Stay:
    """A call at a gate.

    It came at `arrived`, and its work begins at `begins`, both in Unix seconds; of that it waits for its slot for
    `queued` seconds. `slot`, `place` and `work` are what it holds, if anything; `streamed` says whether a stream is
    its answer.
    """

    queued = 0.0
    slot: Entry | None = None
    place: Entry | None = None
    work: Entry | None = None
    streamed = False

    def __init__(self, arrived: float, delay: float = 0.0) -> None:
        """Come with bytes that are late by `delay` seconds."""
        self.arrived = arrived
        self.begins = arrived + delay

    @property
    def wait(self) -> float:
        """How long it is until its work begins."""
        return self.begins - self.arrived


class Gate:
    """Holds calls up, and knows which are in flight."""

    def __init__(self, settings: Deployment, limited: bool = True) -> None:
        limits = settings.request_settings if limited and settings.request_settings else RequestSettings()
        self._state = settings.state if limited else "ready"
        self.queue = _queue(limits, settings.instance_count or 1)
        self._timeout = None if limits.request_timeout_ms is None else limits.request_timeout_ms / 1000
        self.workload = Workload() if _heeds_load(settings) else None

    @property
    def needed(self) -> bool:
        """Whether it holds anybody up, or anybody asks who is in flight."""
        return bool(self._state != "ready" or self.queue or self._timeout is not None or self.workload)

    def inherit(self, former: "Gate") -> None:
        """Go on with the calls that are in flight; who waits keeps the time that was told."""
        if self.queue and former.queue:
            former.queue.resize(self.queue.slots, self.queue.places)
            self.queue = former.queue
        if self.workload and former.workload:
            self.workload = former.workload

    def enter(self, stay: Stay) -> Load:
        """Let a call in, and give what else goes on when its work begins. Raises the `DoorError` that it gets."""
        if self._state != "ready":
            raise ModelNotReady if self._state == "not_ready" else TooFewInstances
        queue = self.queue
        if queue:
            come = stay.begins
            if queue.full(come):
                raise TooManyPending(_crowded(queue))
            stay.begins = queue.begin(come)
            stay.queued = stay.begins - come
            if self._timeout is not None and stay.wait > self._timeout:
                stay.place = queue.wait(stay.arrived + self._timeout)
                raise self._late("the request waited for a slot")
        return self.workload.begin(stay.begins) if self.workload else UNHURRIED

    def leave(self, stay: Stay, result: Result) -> Result:
        """Give the answer of a call that waited. Raises `UpstreamTimeout` if it is too late.

        A stream that began in time is cut off at the timeout: Envoy's, which measures until the answer's end, does
        that (documented for Envoy, unverified for Azure). The container works on either way.
        """
        wait, queued, done = stay.wait, stay.queued, stay.begins + result.seconds
        stay.streamed = result.chunked
        if self.queue:
            stay.slot, stay.place = self.queue.work(done)
        if self.workload:
            stay.work = self.workload.work(done)
        if wait:
            result = result.later(wait, (), (("queue", queued),) if queued else ())
        if self._timeout is None or result.seconds <= self._timeout:
            return result
        if not result.chunked or result.writes[0][0] > self._timeout:
            raise self._late(f"the answer takes {result.seconds * 1000:.0f} ms")
        return result._replace(
            writes=tuple(one for one in result.writes if one[0] <= self._timeout), end=End(self._timeout)
        )

    def gone(self, stay: Stay, at: float) -> None:
        """Free what a call holds whose caller went away.

        Its place is free at once. Who still waits never gets to the container, so the slot is free again when it
        would have been without that call; a stream ends, and its slot is free now; but a container that works on a
        whole answer works on (reported, azure-sdk-for-python#36296). A slot that was promised to a later call
        meanwhile keeps that promise, and is not free earlier.
        """
        waiting = at < stay.begins
        if self.queue and stay.place:
            self.queue.leave(stay.place)
        if self.queue and stay.slot and (waiting or stay.streamed):
            self.queue.give_back(stay.slot, max(at, stay.begins))
        if self.workload and stay.work:
            if waiting:
                self.workload.forget(stay.work)
            elif stay.streamed:
                self.workload.stop(stay.work, at)

    def _late(self, what: str) -> UpstreamTimeout:
        assert self._timeout is not None
        return UpstreamTimeout(f"{what}, request_timeout_ms is {self._timeout * 1000:.0f}", self._timeout)


def _heeds_load(settings: Deployment) -> bool:
    """Tell whether anybody asks what a deployment is doing; an answer source may bring a latency of its own."""
    return isinstance(settings.answer, DecidingSource) or (
        settings.latency is not None and settings.latency.heeds_load
    )


def _queue(limits: RequestSettings, instances: int) -> Queue | None:
    """Twice as many calls as there are slots may be in flight (documented), unless something else is wanted."""
    at_once, pending = limits.max_concurrent_requests_per_instance, limits.max_pending
    if at_once is None and pending in (None, "unlimited"):
        return None
    slots = inf if at_once is None else at_once * instances
    return Queue(slots, inf if pending == "unlimited" else 2 * slots if pending is None else pending)


def _crowded(queue: Queue) -> str:
    if queue.slots == inf or queue.places != 2 * queue.slots:
        return f"{queue.in_flight} requests are in flight, max_pending is {queue.places}"
    return f"{queue.in_flight} requests are in flight, for {queue.slots} at once"
