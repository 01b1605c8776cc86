"""The gamma distribution: from nearly constant, over exponential, to mostly short with rare long ones."""

from collections.abc import Iterator
from math import sqrt
from types import MappingProxyType
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from azureml_emulator.latency.distribution import Distribution
from azureml_emulator.latency.elementary import exponential, logarithm, normal_quantile
from azureml_emulator.latency.model import STRICT, Milliseconds, Number


@dataclass(frozen=True, config=STRICT)
class Gamma(Distribution):
    """With `mean_ms` as its mean, and as even as `shape` or `sd_ms` says.

    A shape of 1 is exponential; a larger one is more even, since the standard deviation is the mean divided by the
    square root of the shape.
    """

    example = MappingProxyType({"mean_ms": 200, "shape": 4})

    mean_ms: Annotated[Milliseconds, Field(gt=0)]
    """The mean."""
    shape: Annotated[Number, Field(ge=1e-3, le=1e6)] | None = None
    """The shape, from 0.001 to 1000000; give this or `sd_ms`."""
    sd_ms: Annotated[Milliseconds, Field(gt=0)] | None = None
    """The standard deviation; give this or `shape`."""

    def __post_init__(self) -> None:
        if (self.shape is None) == (self.sd_ms is None):
            raise ValueError("expected either shape or sd_ms")
        if self.sd_ms is not None and not 1e-3 <= self.sd_ms / self.mean_ms <= 30:
            raise ValueError(f"sd_ms: expected a thousandth to 30 times of mean_ms, not {self.sd_ms:g}")

    def seconds(self, units: Iterator[float]) -> float:
        shape = (self.mean_ms / self.sd_ms) ** 2 if self.sd_ms else self.shape or 1.0
        return _standard(shape, units) * self.mean_ms / shape / 1000


def _standard(shape: float, units: Iterator[float]) -> float:
    """Draw with a scale of 1: exactly distributed, by rejection (Marsaglia and Tsang, ACM TOMS 26, 2000)."""
    if shape < 1.0:
        return _standard(shape + 1.0, units) * exponential(logarithm(1.0 - next(units)) / shape)
    nearly = shape - 1.0 / 3.0
    width = 1.0 / sqrt(9.0 * nearly)
    while True:
        bell = normal_quantile(next(units))
        root = 1.0 + width * bell
        if root <= 0.0:
            continue
        cube = root * root * root
        if logarithm(1.0 - next(units)) < 0.5 * bell * bell + nearly * (1.0 - cube + logarithm(cube)):
            return nearly * cube
