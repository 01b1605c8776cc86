"""The engine: a call goes in, a reply comes out. It knows no socket, no clock and no global randomness."""

from collections.abc import Iterable

from azureml_emulator.directory import Directory
from azureml_emulator.draw import Draw
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.errors import DoorError, EndpointNotFound, ShuttingDown
from azureml_emulator.journal import Exchange, Journal
from azureml_emulator.live import LiveEndpoint, door_result, framed
from azureml_emulator.wire import Call, Reply


class Engine:
    """All endpoints of one emulator. Raises `ConfigError` for endpoints that cannot live side by side."""

    def __init__(self, endpoints: Iterable[Endpoint] = (), seed: int = 0, journal: Journal | None = None) -> None:
        self.seed = seed
        self.journal = Journal() if journal is None else journal
        self.directory = Directory(LiveEndpoint(one, seed) for one in endpoints)
        self.draining = False

    def add(self, endpoint: Endpoint) -> None:
        """Host one more."""
        self.directory.add(LiveEndpoint(endpoint, self.seed))

    def remove(self, name: str) -> None:
        """Host one less."""
        self.directory.remove(name)

    def score(self, call: Call) -> Reply:
        """Answer a call. Never raises for anything a caller may send."""
        try:
            if self.draining:
                raise ShuttingDown
            endpoint, path = self.directory.find(call)
            reply = endpoint.score(call, path)
        except (EndpointNotFound, ShuttingDown) as error:
            reply = self._unplaced(call, error)
        if reply.exchange:
            self.journal.add(reply.exchange)
        return reply

    def _unplaced(self, call: Call, error: DoorError) -> Reply:
        result = door_result(error)
        guid = Draw.of(str(self.seed).encode(), call.path.encode("utf-8", "surrogateescape")).guid(b"request")
        exchange = Exchange(
            endpoint="",
            deployment=None,
            method=call.method,
            path=call.path,
            status=result.status,
            at=call.at,
            seconds=0.0,
            request_id=guid,
            problem=str(error),
        )
        headers = framed(result, call.at, (("x-request-id", guid),))
        return Reply(result.status, headers, result.writes, exchange=exchange)

    def reset(self) -> None:
        """Start afresh: an empty journal, and no request was seen before."""
        self.journal.clear()
        for endpoint in self.directory:
            endpoint.reset()
