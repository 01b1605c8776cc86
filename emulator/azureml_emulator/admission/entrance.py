"""The front door of an endpoint: all that holds up its calls, in order."""

from azureml_emulator.admission.gate import Gate, Stay
from azureml_emulator.admission.line import Line
from azureml_emulator.admission.quota import Quota
from azureml_emulator.admission.rate import Rate
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.request import Request
from azureml_emulator.schema import Reading
from azureml_emulator.wire import Headers, Result


class Visit:
    """A call on its way through: the gate it took, its stay there, and how late its bytes came."""

    __slots__ = ("delay", "gate", "place", "quota", "stay")

    def __init__(self, gate: Gate | None, stay: Stay, delay: float, quota: Quota | None) -> None:
        self.gate = gate
        self.stay = stay
        self.delay = delay
        self.quota = quota
        self.place = 0

    def gone(self, at: float) -> None:
        """Free what the call holds: its caller went away, at so many Unix seconds."""
        if self.gate:
            self.gate.gone(self.stay, at)
        if self.quota:
            self.quota.land(self.place)


class Admission:
    """All that holds up the calls of one endpoint; where there is no front door, that is nothing, but it counts.

    Should arrivals jump back by more than a minute, a clock was set: what was before is forgotten.
    """

    def __init__(self, settings: Endpoint, door: bool = True) -> None:
        self._settings = settings
        self._door = door
        self.clear()

    def clear(self) -> None:
        """Forget who is in flight."""
        settings = self._settings
        gates = {one.name: Gate(one, self._door) for one in settings.deployments}
        self.gates = {name: gate for name, gate in gates.items() if gate.needed}
        rate, speed, limit = settings.requests_per_second, settings.bandwidth_mbps, settings.rate_limit
        self.rate = Rate(rate) if rate and self._door else None
        self.line = Line(speed) if speed and self._door else None
        self.quota = Quota(limit) if limit and self._door else None
        self.latest = 0.0

    @property
    def needed(self) -> bool:
        """Whether it does anything at all."""
        return bool(self.gates or self.rate or self.line or self.quota)

    def inherit(self, former: "Admission") -> None:
        """Go on with the calls that are in flight, and from what was counted, by the limits that are set now."""
        self.latest = former.latest
        for name, gate in self.gates.items():
            if name in former.gates:
                gate.inherit(former.gates[name])
        if self.rate and former.rate:
            self.rate.inherit(former.rate)
        if self.line and former.line:
            self.line.inherit(former.line)
        if self.quota and former.quota:
            self.quota.inherit(former.quota)

    def count(self, at: float) -> None:
        """Count a call. Raises `TooManyRequests`."""
        if at < self.latest - 60:
            self.clear()
        self.latest = max(self.latest, at)
        if self.rate:
            self.rate.count(at)

    @property
    def reads(self) -> bool:
        """Whether `allow` wants to know what is asked."""
        return self.quota is not None and self.quota.reads

    def allow(self, request: Request, reading: Reading | None) -> Headers:
        """Let a caller have a request; give the headers that tell what is left. Raises `RateLimitExceeded`."""
        return self.quota.take(request, reading) if self.quota else ()

    def enter(self, deployment: str, request: Request) -> Visit:
        """Let a call through to a deployment, and tell the request what goes on there.

        Raises the `DoorError` that it gets.
        """
        at, gate = request.call.at, self.gates.get(deployment)
        delay = self.line.delay(at, len(request.call.body)) if self.line else 0.0
        if gate is None:
            visit = Visit(None, Stay(at, at + delay), delay, self.quota)
            request.hang_up = visit.gone if self.quota else None
            return visit
        visit = Visit(gate, gate.enter(at, delay), delay, self.quota)
        request.hang_up = visit.gone
        request.load = gate.wait(visit.stay)
        return visit

    def leave(self, visit: Visit, result: Result) -> Result:
        """Let the deployment's answer out. Raises `UpstreamTimeout` if it is too late.

        The delays of a limited bandwidth are told in headers; Azure documents them as trailers, which an answer with
        a length does not have.
        """
        stay, delay = visit.stay, visit.delay
        if visit.gate:
            result = visit.gate.leave(stay, result)
        elif delay:
            result = result.later(delay)
        late = self.line.delay(stay.arrived, sum(len(data) for _, data in result.writes)) if self.line else 0.0
        if delay or late:
            told = {"request": delay, "response": late}
            headers: Headers = tuple(
                (f"ms-azureml-bandwidth-{what}-delay-ms", f"{one * 1000:.0f}") for what, one in told.items() if one
            )
            result = result.later(late, headers)
        if visit.quota:
            visit.place = visit.quota.fly(stay.arrived + result.seconds)
        timing = result.timing
        if stay.queued > 0:
            timing = (("queue", stay.queued), *timing)
        if delay or late:
            timing = (("bandwidth", delay + late), *timing)
        return result if timing is result.timing else result._replace(timing=timing)
