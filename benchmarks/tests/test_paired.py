"""The signed-rank interval, with every combination of signs counted one by one as its judge."""

import math
from itertools import combinations_with_replacement, product
from random import Random
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_bench.paired import chances, paired

VALUES = st.floats(-10, 10).map(lambda value: round(value, 3))
DIFFERENCES = st.lists(VALUES, min_size=1, max_size=12)
ENOUGH = st.lists(VALUES, min_size=6, max_size=8)


@pytest.mark.parametrize("count", range(1, 11))
def test_chances_are_those_of_all_signs(count: int) -> None:
    sums = [sum(rank for rank, sign in enumerate(signs, 1) if sign) for signs in product((0, 1), repeat=count)]
    assert chances(count) == pytest.approx([sums.count(one) / 2**count for one in range(max(sums) + 1)], abs=1e-15)


@pytest.mark.parametrize("count", [12, 60, 100])
def test_chances_are_chances(count: int) -> None:
    found = chances(count)
    assert sum(found) == pytest.approx(1, abs=1e-12)
    assert list(found) == pytest.approx(list(reversed(found)), abs=1e-15)


@pytest.mark.parametrize(("count", "cut"), [(6, 1), (8, 4), (10, 9), (12, 14), (20, 53)])
def test_the_interval_ends_where_published_tables_say(count: int, cut: int) -> None:
    """Two-sided critical values of T at 5 %, plus one, say which mean of two is the end of the interval."""
    values = [1.7**number for number in range(count)]
    means = sorted((one + other) / 2 for one, other in combinations_with_replacement(values, 2))
    found = paired(values, 0.95)
    assert (found.low, found.high) == (means[cut - 1], means[-cut])


@pytest.mark.parametrize("confidence", [0.8, 0.9, 0.95])
@given(sizes=st.lists(st.integers(0, 6), min_size=5, max_size=8))
@settings(max_examples=15, deadline=None)
def test_no_more_combinations_of_signs_alarm_than_the_level_allows(sizes: list[int], confidence: float) -> None:
    """Whatever the sizes of differences are, equal ones and zeros among them, and whoever chose them."""
    found = [
        paired([size * sign for size, sign in zip(sizes, signs, strict=True)], confidence)
        for signs in product((1, -1), repeat=len(sizes))
    ]
    allowed = (1 - confidence) / 2 * len(found) * (1 + 1e-9)
    assert sum(one.low > 0 for one in found) <= allowed
    assert sum(one.high < 0 for one in found) <= allowed


def test_all_that_the_level_allows_is_used() -> None:
    """With sizes that differ, as many combinations alarm as whole rank sums come to: 87 of 4096 are 2.1 %."""
    random = Random(4)
    sizes = [random.random() for _ in range(12)]
    alarms = sum(
        paired([size * sign for size, sign in zip(sizes, signs, strict=True)], 0.95).low > 0
        for signs in product((1, -1), repeat=12)
        if sum(signs) >= 0
    )
    sums = [sum(rank for rank, sign in enumerate(signs, 1) if sign) for signs in product((0, 1), repeat=12)]
    assert alarms == sum(one <= 13 for one in sums) == 87


@given(DIFFERENCES)
@settings(max_examples=30, deadline=None)
def test_the_estimate_is_the_median_of_means_of_two_and_lies_inside(differences: list[float]) -> None:
    found = paired(differences, 0.95)
    means = [(one + other) / 2 for one, other in combinations_with_replacement(differences, 2)]
    assert found.estimate == median(means)
    assert found.low <= found.estimate <= found.high
    assert found.finite == (len(differences) >= 6)


@given(ENOUGH)
@settings(max_examples=30, deadline=None)
def test_the_sides_taken_the_other_way_round(differences: list[float]) -> None:
    one, other = paired(differences, 0.95), paired([-value for value in differences], 0.95)
    assert (one.low, one.estimate, one.high) == pytest.approx((-other.high, -other.estimate, -other.low))


@given(ENOUGH, st.integers(-5, 5), st.permutations(range(8)))
@settings(max_examples=30, deadline=None)
def test_what_is_added_to_all_is_added_to_the_interval(differences: list[float], more: int, order: list[int]) -> None:
    shuffled = [differences[at] + more for at in order if at < len(differences)]
    one, other = paired(differences, 0.95), paired(shuffled, 0.95)
    assert (other.low, other.estimate, other.high) == pytest.approx(
        (one.low + more, one.estimate + more, one.high + more)
    )


@given(ENOUGH)
@settings(max_examples=30, deadline=None)
def test_less_confidence_is_an_interval_inside(differences: list[float]) -> None:
    wide, narrow = paired(differences, 0.95), paired(differences, 0.8)
    assert wide.low <= narrow.low <= narrow.high <= wide.high


def test_one_block_that_went_wrong_hardly_matters() -> None:
    sound = [0.04, 0.05, 0.06, 0.05, 0.045, 0.055, 0.052, 0.048, 0.051, 0.049, 0.047]
    assert paired([*sound, 100.0], 0.95).low > 0.04
    assert paired([*sound, -100.0], 0.95).low > 0.04


def test_too_few_pairs_have_no_interval() -> None:
    assert not paired([1.0, 2.0, 3.0, 4.0, 5.0], 0.95).finite
    assert paired([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 0.95).low == 1
    assert math.isinf(paired([1.0], 0.95).high)
