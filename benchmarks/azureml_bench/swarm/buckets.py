"""Values counted in the buckets of an HDR histogram with three significant figures: added up, nothing is lost."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

from azureml_bench.distribution import BEYOND, PERCENTILES, Distribution, name
from azureml_bench.extra import need

if TYPE_CHECKING:
    from typing import Self

FIGURES = 3
_SCALE = 1e9
_SUB_BUCKETS = 11
"""Bits of a value that are told apart: 2048 steps are what three significant figures need."""


def bucket(value: int) -> int:
    """Give the lowest value that an HDR histogram of three significant figures does not tell from this one."""
    shift = value.bit_length() - _SUB_BUCKETS
    return value >> shift << shift if shift > 0 else value


def highest(lowest: int) -> int:
    """Give the highest value of a bucket, which is what a histogram tells of it."""
    shift = lowest.bit_length() - _SUB_BUCKETS
    return lowest + (1 << shift) - 1 if shift > 0 else lowest


@dataclass
class Buckets:
    """Many values, each within a thousandth; how many there are, their mean, spread and ends are exact.

    Values are taken and told in their own unit (seconds, or per second) and counted in billionths of it.
    """

    counts: Counter[int] = field(default_factory=Counter)
    total: float = 0.0
    squares: float = 0.0
    least: float = float("inf")
    most: float = float("-inf")

    @staticmethod
    def of(values: Iterable[float]) -> "Buckets":
        """Count some values."""
        made = Buckets()
        for value in values:
            made.add(value)
        return made

    @property
    def n(self) -> int:
        """How many values were counted."""
        return self.counts.total()

    def add(self, value: float) -> None:
        """Count a value. One below zero counts as zero, but in the least and the mean."""
        self.counts[bucket(max(round(value * _SCALE), 0))] += 1
        self.total += value
        self.squares += value * value
        self.least = min(self.least, value)
        self.most = max(self.most, value)

    def merge(self, other: "Self") -> None:
        """Count all that another one has counted as well."""
        self.counts.update(other.counts)
        self.total += other.total
        self.squares += other.squares
        self.least = min(self.least, other.least)
        self.most = max(self.most, other.most)

    def percentile(self, percentile: float) -> float:
        """Give the value that so many per cent are at or below (nearest rank), as its bucket tells it.

        Raises `ValueError` where nothing was counted.
        """
        return self._of_rank(max(ceil(self.n * percentile / 100 - 1e-9), 1))

    def median(self) -> float:
        """Give the value in the middle, of two the mean. Raises `ValueError` where nothing was counted."""
        return (self._of_rank((self.n + 1) // 2) + self._of_rank(self.n // 2 + 1)) / 2

    def _of_rank(self, rank: int) -> float:
        reached = 0
        for lowest in sorted(self.counts):
            reached += self.counts[lowest]
            if reached >= rank:
                return min(max(highest(lowest) / _SCALE, self.least), self.most)
        raise ValueError("expected values, none were counted")

    def distribution(self) -> Distribution | None:
        """Sum up; None where there are no values."""
        if not self.counts:
            return None
        count = self.n
        mean = self.total / count
        variance = max(self.squares - count * mean * mean, 0.0) / max(count - 1, 1)
        told = {name(one): self.percentile(one) for one in PERCENTILES}
        few = [name(one) for one in PERCENTILES if count * (1 - one / 100) < BEYOND - 1e-9]
        return Distribution(
            n=count, mean=mean, sd=sqrt(variance), min=self.least, max=self.most, percentiles=told, uncertain=few
        )

    def histogram(self) -> Any:
        """Give it as an `HdrHistogram`, in billionths. Raises `MissingExtra` without the package hdrhistogram."""
        made = need("hdrh.histogram", "bench", "a histogram").HdrHistogram(1, 1 << 62, FIGURES)
        for lowest, count in self.counts.items():
            made.record_value(lowest, count)
        return made

    def document(self) -> list[Any]:
        """Write it in lists, numbers only, for a message."""
        return [list(self.counts), list(self.counts.values()), self.total, self.squares, self.least, self.most]

    @staticmethod
    def read(document: list[Any]) -> "Buckets":
        """Read what `document` wrote."""
        lowest, counts, total, squares, least, most = document
        return Buckets(Counter(dict(zip(lowest, counts, strict=True))), total, squares, least, most)
