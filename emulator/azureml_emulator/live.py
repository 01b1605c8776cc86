"""A running endpoint: its front door, its containers, and the state they need."""

from azureml_emulator.access import access
from azureml_emulator.admission import Admission
from azureml_emulator.container import Container, Run
from azureml_emulator.delivery import Delivery
from azureml_emulator.draw import Draw
from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.errors import (
    DeploymentNotFound,
    DoorError,
    EndpointNotFound,
    UpstreamTimeout,
)
from azureml_emulator.faults import Fault, Hazards, Incident, Strikes, asked, hazards
from azureml_emulator.memo import Counts, Memo, Tally, Turns
from azureml_emulator.replayed import Replayed
from azureml_emulator.request import Request
from azureml_emulator.wire import Call, Headers, Reply, Result


class LiveEndpoint:
    """One endpoint at work.

    Its state is how often each request came: that, the seed and the request decide everything that is random,
    whatever else is going on; and, where limits are set, who is in flight. A request that comes again is known by
    its bytes, and not put into canonical form once more. What it answers is `unread` if only the times count.
    """

    def __init__(
        self, settings: Endpoint, seed: int = 0, configured: Endpoint | None = None, unread: bool = False
    ) -> None:
        self.settings = settings
        self.configured = configured or settings
        assert settings.api_type is not None
        self.api_type = settings.api_type
        self._seed = seed if settings.seed is None else settings.seed
        weighed = settings.bandwidth_mbps or settings.fault_header or any(one.faults for one in settings.deployments)
        self._unread = unread and not weighed
        self._containers = {one.name: self._container(one) for one in settings.deployments}
        self._home = Draw.of(str(self._seed).encode(), settings.name.encode())
        self._has_traffic = any(settings.traffic.values())
        self._shadow, self._copied = next(iter(settings.mirror_traffic.items()), ("", 0))
        self._access = access(settings)
        self._delivery = Delivery(settings, self._unread)
        self._fault_header = (settings.fault_header or "").lower()
        admission = Admission(settings, self.api_type.door)
        self.admission = admission if admission.needed else None
        self._held = admission if admission.holds else None
        self.tally = Tally()
        self.hazards = Hazards()
        self.turns = Counts()
        self._keys: Memo[bytes] = Memo()

    def _container(self, deployment: Deployment) -> Container:
        if self.settings.replay:
            return Replayed(deployment, self.settings, self._seed)
        return Container(deployment, self.settings.name, self._seed, self.api_type.answers, self._unread)

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return self.settings.name

    def inherit(self, former: "LiveEndpoint") -> None:
        """Go on from the endpoint whose place this one takes: with what was asked before, and what went wrong."""
        self.tally = former.tally
        self.hazards = former.hazards
        self.turns = former.turns
        if self.admission and former.admission:
            self.admission.inherit(former.admission)

    def reset(self) -> None:
        """Forget what was asked before."""
        self.tally.clear()
        self.hazards.clear()
        self.turns.clear()
        if self.admission:
            self.admission.clear()

    def score(self, call: Call, path: str, elapsed: float = 0.0) -> Reply:
        """Answer a call that is for this endpoint; `path` is the path below the endpoint's own address.

        `elapsed` is in seconds since the emulator's start.
        """
        refusal = self._refusal(call)
        request = Request(call, path, admitted=refusal is None, door=self.api_type.door)
        request.drawn_from(self._draw(request))
        container = None
        try:
            if refusal:
                raise refusal
            if self.admission:
                self.admission.count(call.at)
            wanted = self._asked(call) if self._fault_header else ()
            container = self._choose(request)
            allowance = self._allowed(request, container) if self._held else ()
        except DoorError as error:
            refused = self.api_type.refuse(error)
            return self._delivery.finished(self._delivery.reply(request, None, refused, None, str(error)))
        strikes: Strikes = ()
        if container.faults or wanted:
            strikes = self.hazards.meet(container.faults, self._incident(request, container), elapsed, wanted)
        result, run, problem = self._served(request, container, strikes, elapsed)
        if run is not None and run.strikes:
            strikes += run.strikes
        if allowance:
            result = result._replace(headers=result.headers + allowance)
        reply = self._delivery.reply(request, container, result, run, problem)
        if strikes:
            reply = self._struck(reply, strikes)
        reply = self._delivery.finished(reply)
        return self._mirrored(request, reply) if self._copied else reply

    def _allowed(self, request: Request, container: Container) -> Headers:
        """Count what a request asks for; give the headers that tell what is left. Raises `RateLimitExceeded`."""
        quota = self._held.quota if self._held else None
        return quota.take(request, container.ahead(request) if quota.tokens else None) if quota else ()

    def _asked(self, call: Call) -> tuple[Fault, ...]:
        """Read the faults that the caller asks for. Raises `FaultUnreadable`."""
        header = call.headers.get(self._fault_header, "")
        return asked(header) if header else ()

    def _struck(self, reply: Reply, strikes: Strikes) -> Reply:
        """Let faults strike a reply, and note in the journal that and how they did."""
        reply = hazards.on_wire(strikes, reply)
        felt, exchange = self.hazards.settle(strikes), reply.exchange
        if exchange is not None:
            exchange.faults = felt
            exchange.status, exchange.seconds = reply.status, reply.seconds
        return reply

    def _incident(self, request: Request, container: Container) -> Incident:
        schema, server = container.schema, container.server
        return Incident(request.call, request.path, request.draw, schema, server, self.api_type, request.ids)

    def _served(
        self, request: Request, container: Container, strikes: Strikes = (), elapsed: float | None = None
    ) -> tuple[Result, Run | None, str]:
        """Let a deployment answer, within its limits; give the result, what came of it inside, and the problem.

        Without `elapsed`, no fault strikes.
        """
        run = visit = None
        if container.decides and request.turns is None:
            request.turns = Turns(self.turns)
        try:
            if strikes:
                hazards.at_door(strikes)
            if self._held is None:
                run = self._run(request, container, strikes, elapsed)
                hazards.at_door(run.strikes)
                result = self.api_type.forward(run.result)
            else:
                visit = self._held.enter(container.name, request)
                run = self._run(request, container, strikes, elapsed)
                hazards.at_door(run.strikes)
                result = self._held.leave(visit, self.api_type.forward(run.result))
        except UpstreamTimeout as error:
            result = self.api_type.refuse(error)
            if run and visit:  # the container works on
                result = result._replace(timing=(("queue", visit.queued), *run.result.timing))
            return result, run, str(error)
        except DoorError as error:
            return self.api_type.refuse(error), run, str(error)
        if result.end is not None and not result.framed:
            return result, run, f"cut off: the answer takes {run.result.seconds * 1000:.0f} ms"
        return result, run, "" if run.error is None else run.error.cause

    def _run(self, request: Request, container: Container, strikes: Strikes, elapsed: float | None) -> Run:
        """Let a deployment answer, struck by its own faults, then by those that the answer brought with it."""
        run = container.run(request, strikes)
        if run.decided is None or not run.decided.faults or elapsed is None:
            return run
        incident = self._incident(request, container)
        incident = incident._replace(draw=incident.draw.apart(b"answer"))
        brought = self.hazards.meet(run.decided.faults, incident, elapsed)
        return container.struck(run, request, brought)._replace(strikes=brought)

    def _mirrored(self, request: Request, reply: Reply) -> Reply:
        """Send a copy of some calls to another deployment, whose answer only the journal sees.

        Calls for a deployment named by header are not copied (documented).
        """
        if request.deployment or request.draw.unit(b"mirror") * 100 >= self._copied:
            return reply
        container = self._containers[self._shadow]
        exchange = self._delivery.exchange(request, container, *self._served(request, container))
        exchange.mirror = True
        return reply._replace(mirrored=exchange)

    def _draw(self, request: Request) -> Draw:
        """Give the randomness of a request: it depends on how often this very request came before."""
        known = self._keys.get(request.spelling)
        key = known or self._home.within(request.identity).key
        times = self.tally.add(key)
        request.before = times
        if times and known is None:
            self._keys.put(request.spelling, request.call.body, key)
        return Draw(key, times.to_bytes(8, "big"))

    def _refusal(self, call: Call) -> DoorError | None:
        """Say why the caller may not come in, if so."""
        try:
            self._access.check(self.api_type.key_in(call.headers), call.at)
        except DoorError as error:
            return error
        return None

    def _choose(self, request: Request) -> Container:
        """By header if there is one (any deployment, also one without traffic), else by the traffic split."""
        if request.deployment:
            chosen = self._containers.get(request.deployment)
            if chosen is None:
                raise DeploymentNotFound(f"no such deployment; there are {', '.join(self._containers)}")
            return chosen
        if not self._has_traffic:
            raise EndpointNotFound("no deployment of this endpoint has traffic")
        return self._containers[request.draw.pick(b"traffic", self.settings.traffic)]
