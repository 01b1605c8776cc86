"""The front door of an endpoint: all that holds up its calls, in order."""

from azureml_emulator.admission.ends import Entry
from azureml_emulator.admission.gate import Gate, Stay
from azureml_emulator.admission.line import Line
from azureml_emulator.admission.quota import Quota
from azureml_emulator.admission.rate import Rate
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.request import Request
from azureml_emulator.wire import Headers, Result


class Visit(Stay):
    """A call on its way through: the gate it took, how late its bytes came, and what it holds in flight."""

    gate: Gate | None = None
    quota: Quota | None = None
    seat: Entry | None = None
    delay = 0.0

    def gone(self, at: float) -> None:
        """Free what the call holds: its caller went away, at so many Unix seconds."""
        if self.gate:
            self.gate.gone(self, at)
        if self.quota and self.seat:
            self.quota.land(self.seat)


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
        return self.holds or self.rate is not None

    @property
    def holds(self) -> bool:
        """Whether it has to do with calls beyond counting them."""
        return bool(self.gates or self.line or self.quota)

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

    def enter(self, deployment: str, request: Request) -> Visit:
        """Let a call through to a deployment, and tell the request what goes on there.

        Raises the `DoorError` that it gets.
        """
        call = request.call
        delay = self.line.delay(call.at, len(call.body)) if self.line else 0.0
        visit = Visit(call.at, delay)
        visit.delay, visit.quota = delay, self.quota
        gate = visit.gate = self.gates.get(deployment)
        if gate or self.quota:
            request.hang_up = visit.gone
        if gate:
            request.load = gate.enter(visit)
        return visit

    def leave(self, visit: Visit, result: Result) -> Result:
        """Let the deployment's answer out. Raises `UpstreamTimeout` if it is too late.

        The delays of a limited bandwidth are told in headers; Azure documents them as trailers, which an answer with
        a length does not have.
        """
        delay = visit.delay
        if visit.gate:
            result = visit.gate.leave(visit, result)
        elif delay:
            result = result.later(delay)
        late = self.line.delay(visit.arrived, sum(len(data) for _, data in result.writes)) if self.line else 0.0
        if delay or late:
            told = {"request": delay, "response": late}
            headers: Headers = tuple(
                (f"ms-azureml-bandwidth-{what}-delay-ms", f"{one * 1000:.0f}") for what, one in told.items() if one
            )
            result = result.later(late, headers, (("bandwidth", delay + late),))
        if visit.quota:
            visit.seat = visit.quota.fly(visit.arrived + result.seconds)
        return result
