"""What a closed loop hides: while nothing is answered nobody asks, so that a stall is felt by few requests."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from azureml_bench.sample import Sample

_TIMES = 10
"""A stall is so many times as long as the median request, at least."""
_LEAST = 0.05


class Stall(NamedTuple):
    """A time in which nothing was answered although callers waited: when and for how long, in seconds, and who.

    `felt` is how many requests were out for most of it, `missed` about how many would have come in that time had
    callers not waited.
    """

    at: float
    lasted: float
    felt: int
    missed: float


def stalls(samples: Iterable[Sample], users: int) -> list[Stall]:
    """Find the stalls of a closed loop, in which at least half of the users waited."""
    answered = sorted((one for one in samples if one.ok), key=lambda one: one.end)
    if len(answered) < 2:
        return []
    latency = median(one.end - one.sent for one in answered) / 1e9
    ends = [one.end for one in answered]
    silent = [(a, b) for a, b in pairwise(ends) if (b - a) / 1e9 >= max(_TIMES * latency, _LEAST)]
    busy = (ends[-1] - min(one.sent for one in answered) - sum(b - a for a, b in silent)) / 1e9
    rate = len(answered) / max(busy, 1e-9)
    found = [Stall(a / 1e9, (b - a) / 1e9, _felt(answered, a, b), rate * (b - a) / 1e9) for a, b in silent]
    return [one for one in found if 2 * one.felt >= users]


def told(users: int, found: Sequence[Stall], requests: int) -> str:
    """Say what a closed loop of so many users hides, and what hints at it in this run."""
    hides = (
        f"closed loop of {users} users, who wait for an answer before they ask again: it hides stalls, since each is "
        f"felt by {users} requests at most, however many would have come meanwhile; --rate shows them"
    )
    if not found:
        return hides
    longest = max(found, key=lambda one: one.lasted)
    times = "once" if len(found) == 1 else f"{len(found)} times"
    return (
        f"{hides}. Here {times} nothing was answered although they waited, at {longest.at:.1f} s for "
        f"{longest.lasted:.2f} s: {longest.felt} of {requests} requests felt that, about {longest.missed:.0f} would "
        "have in an open loop of this rate"
    )


def _felt(answered: Sequence[Sample], begin: int, end: int) -> int:
    return sum(2 * (min(one.end, end) - max(one.sent, begin)) > end - begin for one in answered)
