"""What intervals mean, and how often the words are right where the truth is known: thousands of comparisons."""

from collections import Counter
from collections.abc import Iterator
from math import exp, inf, isclose, log1p, pi, sin
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_bench.interleaving import order
from azureml_bench.paired import paired
from azureml_bench.shift import Shift
from azureml_bench.unpaired import unpaired
from azureml_bench.verdict import Verdict, detectable, faster, pairs_needed, verdict

TOLERANCE = log1p(0.025)
SLOWER_BY_5 = log1p(0.05)
PAIRS = 12


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (Shift(0.05, 0.03, 0.07), Verdict.SLOWER),
        (Shift(0.05, 0.001, 0.1), Verdict.SLOWER),
        (Shift(0.05, -0.001, 0.1), Verdict.CANNOT_TELL),
        (Shift(0.02, 0.01, 0.03), Verdict.CANNOT_TELL),  # slower, but is it by as much as matters?
        (Shift(0.015, 0.01, 0.02), Verdict.NOT_SLOWER),  # slower, and by less than matters
        (Shift(0.0, -0.01, 0.01), Verdict.NOT_SLOWER),
        (Shift(0.0, -0.05, 0.05), Verdict.CANNOT_TELL),
        (Shift(-0.1, -0.2, -0.05), Verdict.NOT_SLOWER),
        (Shift(0.3, -inf, inf), Verdict.CANNOT_TELL),
    ],
)
def test_what_an_interval_means(shift: Shift, expected: Verdict) -> None:
    assert verdict(shift, 0.025) is expected
    assert faster(shift) == (shift.high < 0)


def test_a_tolerance_is_met_by_what_reaches_it() -> None:
    assert verdict(Shift(0.025, 0.01, 0.04), 0.025) is Verdict.SLOWER
    assert verdict(Shift(0.02, 0.01, 0.025), 0.025) is Verdict.CANNOT_TELL


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0.001, 1), st.floats(0.001, 1))
@settings(max_examples=50, deadline=None)
def test_more_tolerance_is_never_stricter(at: float, below: float, above: float, one: float, more: float) -> None:
    shift = Shift(at, at - below, at + above)
    strict, lax = verdict(shift, one), verdict(shift, one + more)
    assert lax is not Verdict.SLOWER or strict is Verdict.SLOWER
    assert strict is not Verdict.NOT_SLOWER or lax is Verdict.NOT_SLOWER


def still(random: Random) -> Iterator[float]:
    """Noise of 2 % from block to block."""
    while True:
        yield random.gauss(0, 0.02)


def lasting(random: Random) -> Iterator[float]:
    """Noise that lasts for several blocks."""
    at = 0.0
    while True:
        at = 0.8 * at + random.gauss(0, 0.02)
        yield at + random.gauss(0, 0.01)


def drifting(random: Random) -> Iterator[float]:
    """A machine that grows 1 % slower with each block, by half as much again in the end."""
    for number in range(2 * PAIRS):
        yield 0.01 * number + random.gauss(0, 0.02)


def wandering(random: Random) -> Iterator[float]:
    """A machine that never comes back to where it was."""
    at = 0.0
    while True:
        at += random.gauss(0, 0.02)
        yield at + random.gauss(0, 0.01)


def now_and_then(random: Random) -> Iterator[float]:
    """Quiet and loud by turns: unequal variance."""
    for number in range(2 * PAIRS):
        yield random.gauss(0, 0.005 if number // 8 % 2 else 0.04)


def disturbed(random: Random) -> Iterator[float]:
    """One block in seven is disturbed by something that makes it up to twice as slow."""
    while True:
        yield random.gauss(0, 0.015) + (abs(random.gauss(0, 0.4)) if random.random() < 0.15 else 0)


def waving(random: Random) -> Iterator[float]:
    """Something that comes again every five blocks."""
    phase = random.random()
    for number in range(2 * PAIRS):
        yield 0.05 * sin(2 * pi * (number / 5 + phase)) + random.gauss(0, 0.01)


NOISES = (still, lasting, drifting, wandering, now_and_then, disturbed, waving)


def compared(noise: object, effect: float, count: int, confidence: float = 0.95) -> list[Shift]:
    """Make up so many comparisons, as blocks follow each other."""
    found = []
    for seed in range(count):
        random = Random(f"{noise} {seed}")
        made, differences = noise(random), []  # type: ignore[operator]
        for turns in order(PAIRS, random):
            sides = {name: next(made) for name in turns}
            differences.append(sides["head"] - sides["base"] + effect)
        found.append(paired(differences, confidence))
    return found


def at_most(chance: float, count: int, sure: float = 0.999) -> int:
    """Give how often what has this chance happens at most, unless one is as unlucky as in one case of a thousand."""
    reached, term = 0.0, (1 - chance) ** count
    for number in range(count + 1):
        reached += term
        if reached >= sure:
            return number
        term *= (count - number) / (number + 1) * chance / (1 - chance)
    return count


@pytest.mark.parametrize("noise", NOISES, ids=lambda one: one.__name__)
def test_nothing_changed_and_hardly_ever_does_it_say_so(noise: object) -> None:
    """`slower` is said in at most 2.5 % of comparisons, be the noise as it likes; and so is `faster`."""
    count = 300
    found = compared(noise, 0.0, count)
    assert sum(one.low > 0 for one in found) <= at_most(0.025, count)
    assert sum(one.high < 0 for one in found) <= at_most(0.025, count)
    assert sum(verdict(one, TOLERANCE) is Verdict.SLOWER for one in found) <= at_most(0.025, count)
    assert sum(one.low <= 0 <= one.high for one in found) >= count - at_most(0.05, count)


@pytest.mark.parametrize("noise", [still, lasting, drifting, wandering], ids=lambda one: one.__name__)
def test_a_slowdown_of_5_percent_is_found_in_19_of_20(noise: object) -> None:
    said = Counter(verdict(one, TOLERANCE) for one in compared(noise, SLOWER_BY_5, 200))
    assert said[Verdict.SLOWER] >= 190
    assert not said[Verdict.NOT_SLOWER]


def test_a_noisy_comparison_says_that_it_cannot_tell() -> None:
    def loud(random: Random) -> Iterator[float]:
        while True:
            yield random.gauss(0, 0.2)

    said = Counter(verdict(one, TOLERANCE) for one in compared(loud, 0.0, 100))
    assert said[Verdict.CANNOT_TELL] > 90


def test_what_is_said_to_be_detectable_is_detected_8_times_in_10() -> None:
    tries = compared(still, 0.0, 200)
    effect = sorted(detectable(one, TOLERANCE, 0.95) for one in tries)[100]
    found = sum(verdict(one, TOLERANCE) is Verdict.SLOWER for one in compared(still, effect, 200))
    assert 0.7 <= found / 200 <= 0.9


def test_as_many_pairs_as_needed_tell_8_times_in_10_that_nothing_changed() -> None:
    noise, said = Random(1), []
    few = sorted(
        pairs_needed(paired([noise.gauss(0, 0.06) for _ in range(12)], 0.95), TOLERANCE, 0.95, 12) for _ in range(100)
    )
    for _ in range(60):
        shift = paired([noise.gauss(0, 0.06) for _ in range(round(few[50]))], 0.95)
        said.append(verdict(shift, TOLERANCE) is Verdict.NOT_SLOWER)
    assert 0.65 <= sum(said) / 60 <= 0.95


def test_runs_that_were_not_interleaved() -> None:
    """With as many runs of each side, noise from run to run does not alarm more often than is said."""
    random, count = Random(7), 400
    found = [
        unpaired([random.gauss(0, 0.03) for _ in range(6)], [random.gauss(0, 0.03) for _ in range(6)], 0.95)
        for _ in range(count)
    ]
    assert sum(one.low > 0 for one in found) <= at_most(0.025, count)


def test_nothing_is_detectable_without_an_interval() -> None:
    none = Shift(0.1, -inf, inf)
    assert detectable(none, TOLERANCE, 0.95) == pairs_needed(none, TOLERANCE, 0.95, 4) == inf


def test_the_level_of_a_binomial() -> None:
    assert at_most(0.025, 300) == 17
    assert isclose(exp(SLOWER_BY_5), 1.05)
