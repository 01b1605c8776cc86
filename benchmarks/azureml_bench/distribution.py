"""Many values in a few figures: mean, spread, and exact percentiles."""

from collections.abc import Iterable, Sequence
from math import ceil, fsum, sqrt
from typing import Any

from pydantic import BaseModel, Field

PERCENTILES = (50.0, 75.0, 90.0, 95.0, 99.0, 99.9)
BEYOND = 5
"""With fewer values than these beyond a percentile, it is one or two requests that it tells of."""


class Distribution(BaseModel, frozen=True):
    """What is told of many values, in the values' unit. `n` is how many; without any, there is nothing to tell.

    `percentiles` has those of the table by name, such as `p99.9`; `uncertain` names those that too few values are
    beyond, so that another run may well have others.
    """

    n: int
    mean: float
    sd: float
    min: float
    max: float
    percentiles: dict[str, float]
    uncertain: list[str] = Field(default_factory=list)

    @staticmethod
    def of(values: Iterable[float]) -> "Distribution | None":
        """Sum up; None where there are no values."""
        ordered = sorted(values)
        if not ordered:
            return None
        mean = fsum(ordered) / len(ordered)
        sd = sqrt(fsum((value - mean) ** 2 for value in ordered) / max(len(ordered) - 1, 1))
        told = {name(one): percentile(ordered, one) for one in PERCENTILES}
        few = [name(one) for one in PERCENTILES if len(ordered) * (1 - one / 100) < BEYOND - 1e-9]
        return Distribution(
            n=len(ordered), mean=mean, sd=sd, min=ordered[0], max=ordered[-1], percentiles=told, uncertain=few
        )

    def __getitem__(self, which: str) -> float:
        """Give a figure by name: `mean`, `max`, `p99`."""
        found: Any = self.percentiles.get(which)
        return float(getattr(self, which) if found is None else found)


def name(percentile: float) -> str:
    """Write a percentile: `p99.9`."""
    return f"p{percentile:g}"


def percentile(ordered: Sequence[float], percentile: float) -> float:
    """Give the smallest value that so many per cent are at or below (nearest rank), as HDR histograms do.

    It is a value that was measured: nothing is made up between two.
    """
    return ordered[max(ceil(len(ordered) * percentile / 100 - 1e-9), 1) - 1]
