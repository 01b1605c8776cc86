"""The bell curve, and the skewed one that measured latencies look like."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from azureml_emulator.latency.distribution import Distribution
from azureml_emulator.latency.elementary import exponential, logarithm, normal_quantile
from azureml_emulator.latency.model import STRICT, Milliseconds

_P99 = normal_quantile(0.99)
_STEEPEST = 1_000_000


@dataclass(frozen=True, config=STRICT)
class Normal(Distribution):
    """A bell curve around `mean_ms`. What would be below 0 is 0, which raises the mean if `sd_ms` is large."""

    example = MappingProxyType({"mean_ms": 200, "sd_ms": 30})

    mean_ms: Milliseconds
    """The middle."""
    sd_ms: Milliseconds
    """The standard deviation: two thirds are nearer to the middle than this."""

    def seconds(self, units: Iterator[float]) -> float:
        return max(0.0, self.mean_ms + self.sd_ms * normal_quantile(next(units))) / 1000


@dataclass(frozen=True, config=STRICT)
class Lognormal(Distribution):
    """Half below `median_ms`, one in a hundred above `p99_ms`, and a long tail: what measured latencies look like."""

    example = MappingProxyType({"median_ms": 200, "p99_ms": 900})

    median_ms: Annotated[Milliseconds, Field(gt=0)]
    """The median."""
    p99_ms: Annotated[Milliseconds, Field(gt=0)]
    """The 99th percentile; no more than a million times the median."""

    def __post_init__(self) -> None:
        if not self.median_ms <= self.p99_ms <= self.median_ms * _STEEPEST:
            expected = f"median_ms, which is {self.median_ms:g}, or more, up to {_STEEPEST} times that"
            raise ValueError(f"p99_ms: expected {expected}, not {self.p99_ms:g}")
        object.__setattr__(self, "_spread", logarithm(self.p99_ms / self.median_ms) / _P99)

    def seconds(self, units: Iterator[float]) -> float:
        spread: float = self._spread  # type: ignore[attr-defined]
        return self.median_ms * exponential(spread * normal_quantile(next(units))) / 1000
