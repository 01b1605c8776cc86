"""Lengths of time by chance: as a latency model, each takes one of them for the whole answer."""

from abc import abstractmethod
from collections.abc import Iterator
from types import MappingProxyType

from pydantic.dataclasses import dataclass

from azureml_emulator.latency.model import STRICT, Latency, Milliseconds, Pace, Work


class Distribution(Latency, family=True):
    """Draws lengths of time. As a latency model: the whole answer takes one of them, however long it is."""

    @abstractmethod
    def seconds(self, units: Iterator[float]) -> float:
        """Draw a length of time, in seconds, never negative, from numbers that are even between 0 and 1."""

    def pace(self, work: Work) -> Pace:
        """Take one of them for the whole answer."""
        seconds = self.seconds(work.draw.units(b"latency"))
        return lambda _: seconds


@dataclass(frozen=True, config=STRICT)
class Constant(Distribution):
    """Always `ms` milliseconds."""

    example = MappingProxyType({"ms": 250})

    ms: Milliseconds = 0.0

    def seconds(self, units: Iterator[float]) -> float:
        return self.ms / 1000
