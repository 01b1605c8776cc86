"""What a shift means to somebody who has to decide: slower, not slower, or cannot tell.

* *slower*: the interval is wholly above nothing, and the estimate is the tolerance or more. Where nothing changed,
  that happens in at most half of what the confidence leaves open: in 1 of 40 comparisons with 95 %.
* *not slower*: the interval is wholly below the tolerance. It may be faster, or slower by less than matters.
* *cannot tell*: anything else. More pairs, longer blocks or a quieter machine would tell.

Shifts are of logarithms, so they are ratios, and the same for both sides taken the other way round.
"""

from enum import StrEnum
from math import inf
from statistics import NormalDist

from azureml_bench.shift import Shift

POWER = 0.8
"""How often the smallest detectable effect is found."""


class Verdict(StrEnum):
    """What a comparison says. `worse` is for errors: answers that fail are no latencies."""

    SLOWER = "slower"
    WORSE = "worse"
    NOT_SLOWER = "not slower"
    CANNOT_TELL = "cannot tell"


def verdict(shift: Shift, tolerance: float) -> Verdict:
    """Judge a shift by a tolerance of the same scale, which is above 0."""
    if shift.low > 0 and shift.estimate >= tolerance:
        return Verdict.SLOWER
    return Verdict.NOT_SLOWER if shift.high < tolerance else Verdict.CANNOT_TELL


def faster(shift: Shift) -> bool:
    """Say whether it is plainly faster."""
    return shift.high < 0


def detectable(shift: Shift, tolerance: float, confidence: float) -> float:
    """Give the smallest true shift that such a comparison calls slower 8 times in 10; infinite without an interval.

    It is worked out of the interval's width, as if noise were normal, whatever the estimate is.
    """
    half = _half(shift)
    return max(half, tolerance) + _surely(confidence) * half


def pairs_needed(shift: Shift, tolerance: float, confidence: float, pairs: int) -> float:
    """Say with how many pairs of the same spread no change at all would be called not slower 8 times in 10."""
    return pairs * (_half(shift) * (1 + _surely(confidence)) / tolerance) ** 2


def _half(shift: Shift) -> float:
    return (shift.high - shift.low) / 2 if shift.finite else inf


def _surely(confidence: float) -> float:
    """Say how far beyond, in halves of an interval, the truth has to be for an estimate to be there 8 times in 10."""
    return NormalDist().inv_cdf(POWER) / NormalDist().inv_cdf((1 + confidence) / 2)
