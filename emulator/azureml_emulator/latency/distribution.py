"""Lengths of time by chance: as a latency model, each takes one of them for the whole answer.

They are functions of even numbers alone, and the same to the last bit on every platform.
"""

from abc import abstractmethod
from collections.abc import Iterator
from types import MappingProxyType

from pydantic.dataclasses import dataclass

from azureml_emulator.latency.elementary import logarithm
from azureml_emulator.latency.model import STRICT, Latency, Milliseconds, Pace, Work


class Distribution(Latency, family=True):
    """Draws lengths of time. As a latency model: the whole answer takes one of them, however long it is."""

    @abstractmethod
    def seconds(self, units: Iterator[float]) -> float:
        """Draw a length of time, in seconds, never negative, from numbers that are even between 0 and 1."""

    @property
    def heeds_tokens(self) -> bool:
        return False

    def pace(self, work: Work) -> Pace:
        """Take one of them for the whole answer."""
        seconds = self.seconds(work.draw.units(b"latency"))
        return lambda _: seconds


@dataclass(frozen=True, config=STRICT)
class Constant(Distribution):
    """Always `ms` milliseconds. A plain number is short for this."""

    example = MappingProxyType({"ms": 250})

    ms: Milliseconds = 0.0
    """The length of time."""

    def seconds(self, units: Iterator[float]) -> float:
        return self.ms / 1000


@dataclass(frozen=True, config=STRICT)
class Uniform(Distribution):
    """Anything between `low_ms` and `high_ms`, all equally likely."""

    example = MappingProxyType({"low_ms": 100, "high_ms": 400})

    low_ms: Milliseconds
    """The shortest."""
    high_ms: Milliseconds
    """The longest."""

    def __post_init__(self) -> None:
        if self.high_ms < self.low_ms:
            raise ValueError(f"high_ms: expected at least low_ms, which is {self.low_ms:g}, not {self.high_ms:g}")

    def seconds(self, units: Iterator[float]) -> float:
        return (self.low_ms + (self.high_ms - self.low_ms) * next(units)) / 1000


@dataclass(frozen=True, config=STRICT)
class Exponential(Distribution):
    """Mostly short, sometimes long, with `mean_ms` as its mean: the service time of queueing theory."""

    example = MappingProxyType({"mean_ms": 200})

    mean_ms: Milliseconds
    """The mean; half of all are shorter than 0.69 of it, one in a hundred is longer than 4.6 times as much."""

    def seconds(self, units: Iterator[float]) -> float:
        return -logarithm(1.0 - next(units)) * self.mean_ms / 1000
