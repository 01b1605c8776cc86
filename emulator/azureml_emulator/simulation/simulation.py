"""One simulation: endpoints, callers and arrivals, played from beginning to end."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from azureml_emulator.draw import Draw
from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError
from azureml_emulator.journal import Exchange, Journal
from azureml_emulator.scenario import Scenario
from azureml_emulator.simulation.arrivals import Arrivals
from azureml_emulator.simulation.callers import Callers
from azureml_emulator.simulation.summary import Summary
from azureml_emulator.simulation.tally import Tally

Place = tuple[str, str]
"""Endpoint and deployment; no deployment for calls that were refused before one was chosen."""


@dataclass(frozen=True)
class Simulation:
    """What is to be played: calls that arrive in the first `seconds`, of which those before `warm_up` do not count.

    Every call that arrives is followed to its end, be that after the last arrival. Callers wait as long as it takes,
    and do not try again. With `seconds` None, it is as long as the arrivals' kind has it.
    """

    endpoints: Sequence[Endpoint]
    callers: Callers
    arrivals: Arrivals
    seconds: float | None = None
    warm_up: float = 0.0
    seed: int = 0
    scenario: Scenario | None = None

    def __post_init__(self) -> None:
        if self.warm_up >= self.horizon > 0:
            raise ConfigError(f"--warm-up: expected less than the {self.horizon:g} s of --for, not {self.warm_up:g}")

    @property
    def horizon(self) -> float:
        """When the last call may arrive, in seconds; infinite if the arrivals decide."""
        return self.arrivals.lasts if self.seconds is None else self.seconds

    @property
    def calls(self) -> int:
        """How many calls there will be, on average."""
        return round(self.arrivals.expected(self.horizon))

    def run(self) -> Summary:
        """Play it."""
        engine = Engine(_with_keys(self.endpoints), self.seed, _NoJournal(), unread=True)
        engine.begin(0.0)
        if self.scenario:
            engine.play(self.scenario)
        source = Draw.of(b"simulation", str(self.seed).encode())
        call = self.callers.caller(source.units(b"endpoints"))
        times = self.arrivals.times(source.units(b"arrivals"), self.horizon)
        end, horizon = self._end, self.horizon
        tallies: dict[Place, Tally] = {}
        score = engine.score
        for at in times:
            if at >= horizon:
                break
            reply = score(call(at))
            exchange = reply.exchange
            place = (exchange.endpoint, exchange.deployment or "") if exchange else ("", "")
            tally = tallies.get(place)
            if tally is None:
                tally = tallies[place] = Tally(self.warm_up, end)
            tally.note(at, reply)
        return self._summed_up(tallies, end)

    @property
    def _end(self) -> float:
        """When the window ends in which work and completions are counted."""
        if self.horizon < inf:
            return self.horizon
        return max(self.arrivals.times(iter(()), inf))

    def _summed_up(self, tallies: dict[Place, Tally], end: float) -> Summary:
        slots = {
            (one.name, deployment.name): _slots(deployment)
            for one in self.endpoints
            if one.name in self.callers.shares
            for deployment in one.deployments
        }
        parts = [
            Summary(tally, end - self.warm_up, slots.get(place), *place) for place, tally in sorted(tallies.items())
        ]
        whole = Tally(self.warm_up, end)
        for tally in tallies.values():
            whole.add(tally)
        known = [slots.get(place) for place in tallies if place in slots] or list(slots.values())
        all_slots = None if None in known or not known else sum(one for one in known if one)
        return Summary(whole, end - self.warm_up, all_slots, parts=tuple(parts))


class _NoJournal(Journal):
    """Nobody looks back at a simulation: what counts of an exchange is written down at once."""

    def add(self, exchange: Exchange) -> None:
        """Let it go."""


def _with_keys(endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    """Let callers in by key where tokens are asked for: what they carry is not what is simulated."""
    return [one if one.auth_mode == "key" else one.changed(auth_mode="key") for one in endpoints]


def _slots(deployment: Deployment) -> int | None:
    """Say how many calls a deployment works on at once; None if nothing limits that."""
    limits = deployment.request_settings
    at_once = limits.max_concurrent_requests_per_instance if limits else None
    return at_once * (deployment.instance_count or 1) if at_once else None
