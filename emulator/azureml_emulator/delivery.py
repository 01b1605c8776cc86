"""What leaves an endpoint: a result with the front door's headers around it, and the journal's record of it."""

from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache, partial

from azureml_emulator import server_timing
from azureml_emulator.container import Container, Run
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.journal import Exchange, blotted
from azureml_emulator.latency import carried
from azureml_emulator.request import Request
from azureml_emulator.wire import Headers, Reply, Result


class Delivery:
    """Makes the replies of one endpoint, and writes down its exchanges without its keys; if `unread`, no headers."""

    def __init__(self, settings: Endpoint, unread: bool = False) -> None:
        self._name = settings.name
        self._network = settings.network
        self._secrets = settings.secrets
        self._tells_timing = settings.server_timing and not unread
        self._unread = unread

    def reply(
        self, request: Request, container: Container | None, result: Result, run: Run | None, problem: str
    ) -> Reply:
        """Send a result on its way, over the network if there is one; without a container it is the front door's."""
        if self._network is not None:
            result = carried(result, self._network, request.draw.units(b"network"))
        exchange = self.exchange(request, container, result, run, problem)
        headers = () if self._unread else _headers(request, container, result)
        return Reply(
            result.status, headers, result.writes, result.chunked, exchange, result.end, None, request.hang_up
        )

    def finished(self, reply: Reply) -> Reply:
        """Tell in a header how long it took, where that is wanted."""
        return server_timing.told(reply) if self._tells_timing else reply

    def exchange(
        self, request: Request, container: Container | None, result: Result, run: Run | None, problem: str
    ) -> Exchange:
        """Write down an exchange."""
        call, decided = request.call, run.decided if run else None
        return Exchange(
            self._name,
            container.name if container else None,
            call.method,
            blotted(call.path, *self._secrets),
            result.status,
            call.at,
            result.seconds,
            request.guid,
            blotted(request.client_id, *self._secrets) if request.client_id else "",
            problem,
            run.heard if run and run.heard else call.body,
            run.schema if run and run.reading else None,
            stages=result.timing,
            rule=decided.rule if decided else "",
            remarks=tuple(partial(self._told, one) for one in decided.remarks) if decided else (),
        )

    def _told(self, remark: Callable[[], str]) -> str:
        return blotted(remark(), *self._secrets)


def _headers(request: Request, container: Container | None, result: Result) -> Headers:
    if container and not request.door:
        return framed(result, request.call.at, (), container.server.software)
    return framed(result, request.call.at, _ids(request, container))


def _ids(request: Request, container: Container | None) -> Headers:
    ids: Headers = (("x-request-id", request.guid),)
    if request.client_id:
        ids += (("x-ms-client-request-id", request.client_id),)
    if container:
        ids += (("azureml-model-deployment", container.name), ("azureml-model-session", container.name))
    return ids


def framed(result: Result, at: float, ids: Headers, server: str = "azureml-frontdoor") -> Headers:
    """Put the front door's headers around the container's: order and lower case as in real traffic (captured)."""
    if result.framed:
        return _renewed(result, at)
    kind, *rest = result.headers
    length: Headers = () if result.chunked else (("content-length", str(_size(result))),)
    return (("server", server), ("date", _date(int(at))), kind, *length, *rest, *ids)


def _renewed(result: Result, at: float) -> Headers:
    """Give recorded headers with the date of today, and the length of the body as it is, if it has one."""
    new = {"date": _date(int(at))}
    size = _size(result)
    if size and result.end is None:
        new["content-length"] = str(size)
    return tuple((name, new.get(name.lower(), value)) for name, value in result.headers)


def _size(result: Result) -> int:
    writes = result.writes
    return len(writes[0][1]) if len(writes) == 1 else sum(len(data) for _, data in writes)


@lru_cache(maxsize=16)
def _date(at: int) -> str:
    return formatdate(at, usegmt=True)
