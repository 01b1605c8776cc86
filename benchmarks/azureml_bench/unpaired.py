"""What changed between runs that nothing pairs: the rank sum test of Mann and Whitney, and its interval."""

from collections.abc import Sequence
from functools import cache
from itertools import product

from azureml_bench.shift import Shift


def unpaired(before: Sequence[float], after: Sequence[float], confidence: float) -> Shift:
    """Give by how much `after` is larger; each side must have a value at least. 95 % confidence takes 4 and 4."""
    differences = [one - other for one, other in product(after, before)]
    return Shift.of(differences, chances(len(before), len(after)), confidence)


@cache
def chances(before: int, after: int) -> Sequence[float]:
    """Give how probable each number of pairs is in which `after` is the larger, when any order is as probable.

    The largest of all values is one of `after`, and then larger than all of `before`, or it is one of `before`.
    """
    if not before or not after:
        return (1.0,)
    share = after / (before + after)
    of_after = [0.0] * before + [share * chance for chance in chances(before, after - 1)]
    of_before = [(1 - share) * chance for chance in chances(before - 1, after)] + [0.0] * after
    return tuple(one + other for one, other in zip(of_after, of_before, strict=True))
