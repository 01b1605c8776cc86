"""The engine: a call goes in, a reply comes out. It knows no socket, no clock and no global randomness."""

from collections.abc import Callable, Iterable
from math import inf
from typing import Any

from azureml_emulator.api_type import DEDICATED
from azureml_emulator.delivery import framed
from azureml_emulator.directory import Directory
from azureml_emulator.draw import Draw
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.errors import DoorError, EndpointNotFound, ShuttingDown
from azureml_emulator.journal import Exchange, Journal, blotted
from azureml_emulator.live import LiveEndpoint
from azureml_emulator.memo import Tally
from azureml_emulator.performance import Performance, Taken
from azureml_emulator.scenario import Scenario
from azureml_emulator.wire import Call, Reply


class Engine:
    """All endpoints of one emulator.

    If they are `unread`, only the status and the times of replies count: what nothing else goes by, their headers and
    bodies, is left out. Raises `ConfigError` for endpoints that cannot live side by side.
    """

    def __init__(
        self,
        endpoints: Iterable[Endpoint] = (),
        seed: int = 0,
        journal: Journal | None = None,
        unread: bool = False,
    ) -> None:
        self.seed = seed
        self._unread = unread
        self.journal = Journal() if journal is None else journal
        self.directory = Directory(map(self._live, endpoints))
        self.began_at: float | None = None
        self.performance: Performance | None = None
        self.told: Callable[[Taken], None] = lambda _: None
        self.closes_at = inf
        self._tally = Tally()

    def _live(self, endpoint: Endpoint, configured: Endpoint | None = None) -> LiveEndpoint:
        return LiveEndpoint(endpoint, self.seed, configured, self._unread)

    def add(self, endpoint: Endpoint) -> None:
        """Host one more."""
        self.directory.add(self._live(endpoint))

    def put(self, endpoint: Endpoint) -> None:
        """Host one more, or in the place of the one of that name; what was asked before still counts as asked."""
        self.directory.put(self._live(endpoint))
        if self.performance:
            self.performance.repeat()

    def names(self) -> list[str]:
        """Name the endpoints."""
        return [one.name for one in self.directory]

    def remove(self, name: str) -> None:
        """Host one less."""
        self.directory.remove(name)

    def change(self, name: str, deployment: str = "", **settings: Any) -> None:
        """Give an endpoint, or one of its deployments, other settings, from the next call on.

        Raises `KeyError` for an endpoint and `ValueError` for a deployment or a setting that cannot be.
        """
        self.revise(self.directory[name].settings.changed(deployment, **settings))

    def revise(self, endpoint: Endpoint) -> None:
        """Give the endpoint of that name these settings; what it was configured to be is still known."""
        self.directory.put(self._live(endpoint, self.directory[endpoint.name].configured))

    def recover(self, name: str, deployment: str = "") -> None:
        """Give an endpoint, or one of its deployments, the settings that it was configured with.

        Raises `KeyError` for an endpoint and `ValueError` for a deployment that is not there.
        """
        live = self.directory[name]
        self.revise(live.settings.recovered(live.configured, deployment))

    def begin(self, at: float) -> None:
        """Count seconds from now on, `at` in Unix seconds; without this, from the first call."""
        self.began_at = at
        if self.performance and self.performance.began is None:
            self.performance.began = at

    def play(self, scenario: Scenario, at: float | None = None) -> None:
        """Play a scenario from a time in Unix seconds on, or from when seconds are counted; it takes another's place.

        `told` hears of each step, when the first call comes after it.
        """
        self.stop_playing()
        self.performance = Performance(scenario, self.began_at if at is None else at, self.told)

    def stop_playing(self) -> None:
        """Play no more; the endpoints that a scenario was about go back to what they were configured to be."""
        if self.performance:
            self.performance.leave(self)
            self.performance = None

    def advance(self, at: float) -> None:
        """Let happen what a scenario has in store until now, `at` in Unix seconds."""
        if self.performance:
            self.performance.advance(at, self)

    @property
    def draining(self) -> bool:
        """Whether no new work is taken."""
        return self.closes_at < inf

    def drain(self, at: float) -> None:
        """Take no work that arrives from now, `at` in Unix seconds, on."""
        self.closes_at = at

    def score(self, call: Call) -> Reply:
        """Answer a call. Never raises for anything a caller may send."""
        try:
            if call.at >= self.closes_at:
                raise ShuttingDown
            if self.began_at is None:
                self.began_at = call.at
            if self.performance is not None and call.at >= self.performance.due:
                self.performance.advance(call.at, self)
            endpoint, path = self.directory.find(call)
            reply = endpoint.score(call, path, call.at - self.began_at)
        except (EndpointNotFound, ShuttingDown) as error:
            reply = self._unplaced(call, error)
        if self.performance is not None:
            self.performance.sign(reply.exchange, reply.mirrored)
        if reply.exchange:
            self.journal.add(reply.exchange)
        if reply.mirrored:
            self.journal.add(reply.mirrored)
        return reply

    def gone(self, reply: Reply, at: float) -> None:
        """Hear that nobody waits any more for a reply which is not out, `at` in Unix seconds.

        What the caller held of queues and limits can be free from then on; what was promised to others stays.
        """
        if reply.hang_up:
            reply.hang_up(at)

    def _unplaced(self, call: Call, error: DoorError) -> Reply:
        result = DEDICATED.refuse(error)
        base = Draw.of(str(self.seed).encode(), call.path.encode("utf-8", "surrogateescape"), call.body)
        guid = Draw(base.key, self._tally.add(base.key).to_bytes(8, "big")).guid(b"request")
        exchange = Exchange(
            endpoint="",
            deployment=None,
            method=call.method,
            path=blotted(call.path, *(secret for one in self.directory for secret in one.settings.secrets)),
            status=result.status,
            at=call.at,
            seconds=0.0,
            request_id=guid,
            problem=str(error),
        )
        headers = framed(result, call.at, (("x-request-id", guid),))
        return Reply(result.status, headers, result.writes, exchange=exchange)

    def reset(self) -> None:
        """Start afresh: an empty journal, no request was seen before, and a scenario begins from its beginning."""
        self.began_at = None
        self.journal.clear()
        self._tally.clear()
        if self.performance:
            self.performance.leave(self)
            self.performance.restart(None)
        for endpoint in self.directory:
            endpoint.reset()
