"""The same traffic again and again, one number changed each time."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from pydantic import ValidationError

from azureml_emulator.errors import ConfigError
from azureml_emulator.simulation.arrivals import Arrivals
from azureml_emulator.simulation.objective import Objective
from azureml_emulator.simulation.setting import varied
from azureml_emulator.simulation.simulation import Simulation
from azureml_emulator.simulation.summary import Summary
from azureml_emulator.variant import settings_of

MOST = 1000
"""Values of one sweep."""
_NUMBER = r"(\d+(?:\.\d+)?)"
_RANGE = re.compile(rf"{_NUMBER}\.\.{_NUMBER}(?::{_NUMBER})?", re.ASCII)
_LIST = re.compile(rf"{_NUMBER}(?:,{_NUMBER})*", re.ASCII)
_FORM = "expected NAME=1..20, NAME=10..50:10 or NAME=1,2,4,8"


class Trial(NamedTuple):
    """One value, what came of it, and whether that meets all objectives."""

    value: float
    summary: Summary
    met: bool


@dataclass(frozen=True)
class Sweep:
    """The values that one setting is to take, in their order: from 20 down to 1 if so written."""

    name: str
    values: Sequence[float]

    @staticmethod
    def read(text: str) -> "Sweep":
        """Read `instances=1..20`. Raises `ConfigError`."""
        name, _, written = (part.strip() for part in text.partition("="))
        if not name or not (_RANGE.fullmatch(written) or _LIST.fullmatch(written)):
            raise ConfigError(f"--sweep {text!r}: {_FORM}")
        found = _RANGE.fullmatch(written)
        values = _between(text, *found.groups()) if found else [Decimal(one) for one in written.split(",")]
        return Sweep(name, [int(one) if one == one.to_integral() else float(one) for one in values])

    def of(self, simulation: Simulation, value: float) -> Simulation:
        """Give the simulation with one of the values. Raises `ConfigError` if that cannot be."""
        if self.name == "rate":
            return replace(simulation, arrivals=_at_rate(simulation, value))
        endpoint, dot, name = self.name.partition(".")
        known = [one.name for one in simulation.endpoints]
        chosen, setting = ([endpoint], name) if dot and endpoint in known else (simulation.callers.shares, self.name)
        endpoints = [varied(one, setting, value) if one.name in chosen else one for one in simulation.endpoints]
        return replace(simulation, endpoints=endpoints)

    def all(
        self, simulation: Simulation, objectives: Sequence[Objective], done: Callable[[Trial], None] = lambda _: None
    ) -> list[Trial]:
        """Try every value; `done` hears of each at once."""
        trials = []
        for value in self.values:
            trials.append(self._tried(simulation, value, objectives))
            done(trials[-1])
        return trials

    def bisected(
        self, simulation: Simulation, objectives: Sequence[Objective], done: Callable[[Trial], None] = lambda _: None
    ) -> list[Trial]:
        """Halve the values until the first that meets all objectives is found; give those that were tried, in order.

        It is the first only if those behind a value that meets them all meet them, too.
        """
        trials: dict[int, Trial] = {}
        low, high = 0, len(self.values)
        while low < high:
            middle = (low + high) // 2
            trials[middle] = self._tried(simulation, self.values[middle], objectives)
            done(trials[middle])
            low, high = (low, middle) if trials[middle].met else (middle + 1, high)
        return [trial for _, trial in sorted(trials.items())]

    def _tried(self, simulation: Simulation, value: float, objectives: Sequence[Objective]) -> Trial:
        summary = self.of(simulation, value).run()
        return Trial(value, summary, all(one.met(summary) for one in objectives))


def _between(text: str, first: str, last: str, step: str | None) -> list[Decimal]:
    low, high = Decimal(first), Decimal(last)
    if step is None and not (low == low.to_integral() and high == high.to_integral()):
        raise ConfigError(f"--sweep {text!r}: expected a step, as in 0.1..0.5:0.1")
    size = Decimal(step or 1)
    if not size:
        raise ConfigError(f"--sweep {text!r}: expected a step above 0")
    number = int(abs(high - low) / size) + 1
    if number > MOST:
        raise ConfigError(f"--sweep {text!r}: {number:,} values; {MOST:,} at most")
    return [low + (size if high >= low else -size) * place for place in range(number)]


def _at_rate(simulation: Simulation, value: float) -> Arrivals:
    arrivals = simulation.arrivals
    names = settings_of(type(arrivals))
    if "rate" not in names:
        raise ConfigError(f"--sweep rate: arrivals of the kind {arrivals.kind} have no one rate")
    try:
        return Arrivals.of({"type": arrivals.kind, **{one: getattr(arrivals, one) for one in names}, "rate": value})
    except ValidationError as error:
        raise ConfigError(
            f"--sweep rate={value:g}: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
        ) from None
