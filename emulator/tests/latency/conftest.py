"""What the tests of latencies share: many draws at once, and what their spread may be."""

from collections.abc import Callable, Sequence
from math import fsum, sqrt

import pytest

from azureml_emulator.draw import Draw
from azureml_emulator.latency import Distribution, Latency

MANY = 8_000
SIGMAS = 4.5


class Sample:
    """Many lengths of time, in milliseconds, drawn from a distribution."""

    def __init__(self, setting: object, many: int = MANY) -> None:
        distribution = Latency.of(setting)
        assert isinstance(distribution, Distribution)
        units = Draw.of(repr(setting).encode()).units(b"sample")
        self.values = [distribution.seconds(units) * 1000 for _ in range(many)]
        self.mean = fsum(self.values) / many
        self.deviation = sqrt(fsum((one - self.mean) ** 2 for one in self.values) / many)

    def share_below(self, value: float) -> float:
        return sum(one < value for one in self.values) / len(self.values)

    def has_mean(self, mean: float) -> bool:
        return abs(self.mean - mean) < SIGMAS * self.deviation / sqrt(len(self.values))

    def follows(self, shares: Callable[[float], float], values: Sequence[float]) -> bool:
        """Say whether as many are below each value as a cumulative distribution function has it."""
        return all(
            abs(self.share_below(value) - share) <= SIGMAS * sqrt(share * (1 - share) / len(self.values))
            for value, share in ((value, shares(value)) for value in values)
        )


@pytest.fixture(scope="session")
def sample() -> Callable[..., Sample]:
    """Draw many times from a distribution that is given as in a configuration."""
    return Sample
