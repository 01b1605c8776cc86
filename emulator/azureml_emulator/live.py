"""A running endpoint: its front door, its containers, and the state they need."""

from email.utils import formatdate
from functools import lru_cache

from azureml_emulator.container import Container, Run
from azureml_emulator.draw import Draw
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.errors import (
    AccessDenied,
    DeploymentNotFound,
    DoorError,
    EndpointNotFound,
)
from azureml_emulator.journal import Exchange, blotted
from azureml_emulator.memo import Memo, Tally
from azureml_emulator.request import Request
from azureml_emulator.wire import TEXT, Call, Headers, Reply, Result


class LiveEndpoint:
    """One endpoint at work.

    Its only state is how often each request came: that, the seed and the request decide everything that is
    random, whatever else is going on. A request that comes again is known by its bytes, and not put into canonical
    form once more.
    """

    def __init__(self, settings: Endpoint, seed: int = 0) -> None:
        self.settings = settings
        assert settings.api_type is not None
        self.api_type = settings.api_type
        self._seed = seed if settings.seed is None else settings.seed
        self._containers = {one.name: Container(one, settings.name, self._seed) for one in settings.deployments}
        self._home = Draw.of(str(self._seed).encode(), settings.name.encode())
        self._has_traffic = any(settings.traffic.values())
        self.tally = Tally()
        self._keys: Memo[bytes] = Memo()

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return self.settings.name

    def inherit(self, former: "LiveEndpoint") -> None:
        """Go on from the endpoint whose place this one takes."""
        self.tally = former.tally

    def reset(self) -> None:
        """Forget what was asked before."""
        self.tally.clear()

    def score(self, call: Call, path: str) -> Reply:
        """Answer a call that is for this endpoint; `path` is the path below the endpoint's own address."""
        refusal = self._refusal(call)
        request = Request(call, path, admitted=refusal is None)
        request.drawn_from(self._draw(request))
        container = run = None
        try:
            if refusal:
                raise refusal
            container = self._choose(request)
            run = container.run(request)
            result = self.api_type.forward(run.result)
            problem = "" if run.error is None else run.error.cause
        except DoorError as error:
            result, problem = door_result(error), str(error)
        return self._reply(request, container, result, run, problem)

    def _draw(self, request: Request) -> Draw:
        """Give the randomness of a request: it depends on how often this very request came before."""
        known = self._keys.get(request.spelling)
        key = known or self._home.within(request.identity).key
        times = self.tally.add(key)
        request.again = times > 0
        if request.again and known is None:
            self._keys.put(request.spelling, request.call.body, key)
        return Draw(key, times.to_bytes(8, "big"))

    def _refusal(self, call: Call) -> DoorError | None:
        """Say why the caller may not come in, if so."""
        try:
            known = self.api_type.key_in(call.headers) == self.settings.key
        except DoorError as error:
            return error
        return None if known else AccessDenied("the key is not this endpoint's")

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

    def _reply(
        self, request: Request, container: Container | None, result: Result, run: Run | None, problem: str
    ) -> Reply:
        call = request.call
        ids: Headers = (("x-request-id", request.guid),)
        if request.client_id:
            ids += (("x-ms-client-request-id", request.client_id),)
        if container:
            ids += (("azureml-model-deployment", container.name), ("azureml-model-session", container.name))
        exchange = Exchange(
            self.name,
            container.name if container else None,
            call.method,
            blotted(call.path, self.settings.key),
            result.status,
            call.at,
            result.writes[-1][0],
            request.guid,
            blotted(request.client_id, self.settings.key),
            problem,
            call.body,
            run.schema if run and run.reading else None,
        )
        return Reply(result.status, framed(result, call.at, ids), result.writes, result.chunked, exchange)


def door_result(error: DoorError) -> Result:
    """Render an answer of the front door itself."""
    return Result(error.status, TEXT, ((0.0, error.text.encode()),))


def framed(result: Result, at: float, ids: Headers) -> Headers:
    """Put the front door's headers around the container's: order and lower case as in real traffic (captured)."""
    kind, *rest = result.headers
    length: Headers = (
        () if result.chunked else (("content-length", str(sum(len(data) for _, data in result.writes))),)
    )
    return (("server", "azureml-frontdoor"), ("date", _date(int(at))), kind, *length, *rest, *ids)


@lru_cache(maxsize=16)
def _date(at: int) -> str:
    return formatdate(at, usegmt=True)
