"""How much larger one side is than the other: an estimate and an exact interval, by ranks alone.

Both ways of pairing (`paired.py`, `unpaired.py`) have their candidates, one for each two values that may be set
against each other. The estimate is their median (Hodges and Lehmann's), and the interval leaves out as many at either
end as a rank test of that level can be wrong about: whatever the distribution of the noise, and however far out a
block is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from statistics import median


@dataclass(frozen=True)
class Shift:
    """By how much one side is larger, and the interval that holds the truth with the confidence that was asked for.

    The interval is without end where there are too few values for that confidence.
    """

    estimate: float
    low: float
    high: float

    @property
    def finite(self) -> bool:
        """Whether the values were enough for an interval."""
        return self.low > -inf

    @staticmethod
    def of(candidates: Sequence[float], chances: Sequence[float], confidence: float) -> "Shift":
        """Take candidates, and how probable each value of their rank statistic is where nothing differs.

        The statistic is how many candidates are above 0, so there is one chance more than there are candidates.
        """
        ordered = sorted(candidates)
        cut = _cut(chances, (1 - confidence) / 2)
        if not cut:
            return Shift(median(ordered), -inf, inf)
        return Shift(median(ordered), ordered[cut - 1], ordered[-cut])


def _cut(chances: Sequence[float], tail: float) -> int:
    """Say the how-manieth candidate from either end bounds the interval; 0 if there are too few for one."""
    reached = 0.0
    for number, chance in enumerate(chances):
        reached += chance
        if reached > tail * (1 + 1e-12):
            return number
    raise ValueError("the chances of everything come to 1")
