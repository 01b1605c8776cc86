"""What changed between the two sides of pairs: the signed-rank test of Wilcoxon, and the interval that goes with it.

Two blocks that follow each other have the same machine, and a coin has decided which came first. If nothing differs,
each difference is as probable with the other sign, whatever noise there is: all 2 to the power of n combinations of
signs are alike. Their rank sums are counted, not simulated, so nothing here is random or approximate.
"""

from collections.abc import Sequence
from functools import cache
from itertools import combinations_with_replacement

from azureml_bench.shift import Shift

MOST = 200
"""As many pairs can be judged: the work grows with the third power of their number."""


def paired(differences: Sequence[float], confidence: float) -> Shift:
    """Give the shift of differences between the sides of pairs; there must be one at least.

    95 % confidence takes 6 pairs at least. Equal or zero differences only make the interval wider.
    """
    means = [(one + other) / 2 for one, other in combinations_with_replacement(differences, 2)]
    return Shift.of(means, chances(len(differences)), confidence)


@cache
def chances(count: int) -> Sequence[float]:
    """Give how probable each sum of positive ranks 1 to `count` is, when a coin decides each sign."""
    found = [1.0] + [0.0] * (count * (count + 1) // 2)
    for rank in range(1, count + 1):
        shifted = [0.0] * rank + found[: len(found) - rank]
        found = [(without + with_it) / 2 for without, with_it in zip(found, shifted, strict=True)]
    return tuple(found)
