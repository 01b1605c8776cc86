"""What a comparison is, and how its sides take turns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from statistics import median, quantiles
from time import perf_counter
from typing import Any, TypeVar

Measured = TypeVar("Measured")
Side = TypeVar("Side")

Measure = Callable[[], float]
"""Measures one side once, over a block of work; usually in seconds."""


@dataclass(frozen=True)
class Comparison:
    """One row of the report: `ratios` has the ratio of each pair, `what` says of what to what.

    `at_most` or `at_least` is the target, if there is one. `context` holds absolute numbers, which are no result, or
    says why there are no pairs.
    """

    group: str
    what: str
    ratios: Sequence[float]
    at_most: float | None = None
    at_least: float | None = None
    context: str = ""

    @property
    def ratio(self) -> float:
        """The median over the pairs; NaN without any."""
        return median(self.ratios) if self.ratios else nan

    @property
    def middle_half(self) -> tuple[float, float]:
        """The quartiles of the pairs: how far they lie apart."""
        if len(self.ratios) < 2:
            return self.ratio, self.ratio
        first, _, third = quantiles(self.ratios, method="inclusive")
        return first, third

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:.3g}"
        return "" if self.at_least is None else f">= {self.at_least:.3g}"

    @property
    def verdict(self) -> str:
        """Whether the median meets the target; with a question mark if the middle half of the pairs is astride it."""
        target = self.at_least if self.at_most is None else self.at_most
        if target is None or not self.ratios:
            return ""
        met = self.ratio >= target if self.at_most is None else self.ratio <= target
        low, high = self.middle_half
        return ("met" if met else "NOT met") + ("?" if low < target < high else "")

    def as_dict(self) -> dict[str, Any]:
        low, high = self.middle_half
        return {
            "group": self.group,
            "what": self.what,
            "ratio": self.ratio if self.ratios else None,
            "quartiles": [low, high] if self.ratios else None,
            "target": self.target,
            "verdict": self.verdict,
            "pairs": len(self.ratios),
            "ratios": list(self.ratios),
            "context": self.context,
        }


def in_turn(sides: Mapping[Side, Callable[[], Measured]], rounds: int) -> dict[Side, list[Measured]]:
    """Measure all sides once a round, forwards and backwards by turns: a drift of the machine meets them alike."""
    measured: dict[Side, list[Measured]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in list(sides) if number % 2 == 0 else reversed(list(sides)):
            measured[name].append(sides[name]())
    return measured


def ratios(above: Iterable[float], below: Iterable[float]) -> list[float]:
    """Divide what was measured in the same round."""
    return [one / other for one, other in zip(above, below, strict=True)]


def calls(call: Callable[[], object], count: int) -> Measure:
    """Measure a call of some milliseconds: the median of `count` calls, each timed by itself."""

    def measure() -> float:
        taken = []
        for _ in range(count):
            start = perf_counter()
            call()
            taken.append(perf_counter() - start)
        return median(taken)

    return measure


def loop(call: Callable[[], object], count: int) -> Measure:
    """Measure a call of some microseconds: the mean of `count` calls, since the clock would count for too much."""

    def measure() -> float:
        start = perf_counter()
        for _ in range(count):
            call()
        return (perf_counter() - start) / count

    return measure


def spelt(seconds: float) -> str:
    """Write a duration in the unit in which one thinks of it."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} us"


def timed(above: Sequence[float], below: Sequence[float]) -> str:
    """Write the two sides' median durations."""
    return f"{spelt(median(above))} / {spelt(median(below))}"
