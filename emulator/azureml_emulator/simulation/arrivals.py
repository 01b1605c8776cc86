"""When calls arrive: each kind of traffic turns even numbers into instants.

Every kind is open: a call arrives when it does, however long the answers to those before take.
"""

from abc import abstractmethod
from collections.abc import Iterator
from functools import cached_property
from itertools import count
from math import inf, sqrt
from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass

from azureml_emulator.errors import ConfigError
from azureml_emulator.latency import Gamma as GammaDistribution
from azureml_emulator.latency.elementary import logarithm
from azureml_emulator.simulation import trace
from azureml_emulator.simulation.rate import Rate, Rates
from azureml_emulator.variant import Variant, settings_of

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Arrivals(Variant):
    """Says when calls arrive. Written `KIND:SETTING[:SETTING]`, its settings in their order."""

    lasts: ClassVar[float] = 600.0
    """Seconds of it that are played when nobody says how long."""

    @classmethod
    def read(cls, text: str) -> "Arrivals":
        """Read what a person wrote, such as `poisson:200/s`. Raises `ConfigError`."""
        kind, _, rest = text.partition(":")
        try:
            member = cls.members().get(kind.strip())
            names = settings_of(member) if member else []
            parts = rest.split(":", len(names) - 1) if rest and names else []
            return cls.of({"type": kind.strip(), **dict(zip(names, parts, strict=False))})
        except ValidationError as error:
            found = error.errors(include_url=False)[0]
            missing = found["type"] in ("missing", "missing_argument")
            what = f"expected {found['loc'][-1]}" if missing else found["msg"].removeprefix("Value error, ")
            form = f"; write {kind}:{':'.join(map(str.upper, names))}" if missing else ""
            raise ConfigError(f"--arrivals {text!r}: {what}{form}") from None

    @abstractmethod
    def times(self, units: Iterator[float], seconds: float) -> Iterator[float]:
        """Give instants in seconds, in order, from 0 up to `seconds` or beyond; `units` are even numbers."""

    @abstractmethod
    def expected(self, seconds: float) -> float:
        """Say how many arrive within so many seconds, on average."""


def _at_random(rate: float, units: Iterator[float]) -> Iterator[float]:
    at = 0.0
    for unit in units:
        at -= logarithm(1.0 - unit) / rate
        yield at


@dataclass(frozen=True, config=_STRICT)
class Poisson(Arrivals):
    """Calls that know nothing of each other: gaps are exponential. What many independent callers amount to."""

    example = MappingProxyType({"rate": "200/s"})

    rate: Rate
    """How many calls on average: per `s`, `min` or `h`."""

    def times(self, units: Iterator[float], seconds: float) -> Iterator[float]:
        return _at_random(self.rate, units)

    def expected(self, seconds: float) -> float:
        return self.rate * seconds


@dataclass(frozen=True, config=_STRICT)
class Constant(Arrivals):
    """Calls as even as a metronome's; the first comes at once."""

    example = MappingProxyType({"rate": "50/s"})

    rate: Rate
    """How many calls: per `s`, `min` or `h`."""

    def times(self, units: Iterator[float], seconds: float) -> Iterator[float]:
        return (number / self.rate for number in count())

    def expected(self, seconds: float) -> float:
        return self.rate * seconds


@dataclass(frozen=True, config=_STRICT)
class Gamma(Arrivals):
    """Gaps of a gamma distribution: burstier than Poisson's with a `cv` above 1, more even below."""

    example = MappingProxyType({"rate": "100/s", "cv": "2"})

    rate: Rate
    """How many calls on average: per `s`, `min` or `h`."""
    cv: Annotated[float, Field(ge=0.01, le=30)]
    """The gaps' coefficient of variation, their standard deviation divided by their mean; Poisson's is 1."""

    def times(self, units: Iterator[float], seconds: float) -> Iterator[float]:
        gap, at = GammaDistribution(1000 / self.rate, shape=1 / self.cv**2), 0.0
        while True:
            at += gap.seconds(units)
            yield at

    def expected(self, seconds: float) -> float:
        return self.rate * seconds


@dataclass(frozen=True, config=_STRICT)
class Ramp(Arrivals):
    """Poisson's calls at a rate that grows, or falls, evenly from the beginning to the end."""

    example = MappingProxyType({"rates": "10..200/s"})

    rates: Rates
    """The first rate and the last."""

    def times(self, units: Iterator[float], seconds: float) -> Iterator[float]:
        first, last = self.rates
        slope = (last - first) / seconds
        for number in _at_random(1.0, units):
            # where so many calls are expected: number = first * at + slope / 2 * at**2
            root = first * first + 2.0 * slope * number
            if root < 0.0:
                return
            yield 2.0 * number / (first + sqrt(root))

    def expected(self, seconds: float) -> float:
        return sum(self.rates) / 2 * seconds


@dataclass(frozen=True, config=_STRICT)
class Trace(Arrivals):
    """The very calls of a file: an instant a line, or a column of CSV or JSON lines. The first comes at once."""

    example = MappingProxyType({"file": "requests.csv"})
    lasts = inf

    file: str
    """The file; `FILE#COLUMN` names the column."""

    @cached_property
    def instants(self) -> list[float]:
        """The instants in seconds, the first being 0. Raises `ConfigError`."""
        return trace.read(self.file)

    def times(self, units: Iterator[float], seconds: float) -> Iterator[float]:
        return iter(self.instants)

    def expected(self, seconds: float) -> float:
        return sum(at < seconds for at in self.instants)
