"""The rank-sum interval, with every way of dealing values out to two sides as its judge."""

from itertools import combinations, product
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_bench.unpaired import chances, unpaired

VALUES = st.lists(st.floats(-10, 10).map(lambda value: round(value, 3)), min_size=4, max_size=7)


@pytest.mark.parametrize(("before", "after"), [(1, 1), (2, 3), (4, 4), (5, 5), (3, 6)])
def test_chances_are_those_of_all_ways_to_deal(before: int, after: int) -> None:
    ranks = range(before + after)
    larger = [
        sum(one > other for one, other in product(chosen, set(ranks) - set(chosen)))
        for chosen in combinations(ranks, after)
    ]
    expected = [larger.count(one) / len(larger) for one in range(before * after + 1)]
    assert chances(before, after) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize(("sides", "cut"), [((4, 4), 1), ((5, 5), 3), ((5, 6), 4), ((8, 8), 14), ((10, 10), 24)])
def test_the_interval_ends_where_published_tables_say(sides: tuple[int, int], cut: int) -> None:
    """Two-sided critical values of U at 5 %, plus one."""
    before, after = [1.3**number for number in range(sides[0])], [1.7**number for number in range(sides[1])]
    differences = sorted(one - other for one, other in product(after, before))
    found = unpaired(before, after, 0.95)
    assert (found.low, found.high) == (differences[cut - 1], differences[-cut])


@given(st.lists(st.integers(0, 5), min_size=8, max_size=9))
@settings(max_examples=30, deadline=None)
def test_no_more_ways_to_deal_alarm_than_the_level_allows(values: list[int]) -> None:
    ways = list(combinations(range(len(values)), 4))
    found = [
        unpaired([values[at] for at in chosen], [one for at, one in enumerate(values) if at not in chosen], 0.95)
        for chosen in ways
    ]
    assert sum(one.low > 0 for one in found) <= 0.025 * len(ways)
    assert sum(one.high < 0 for one in found) <= 0.025 * len(ways)


@given(VALUES, VALUES)
@settings(max_examples=30, deadline=None)
def test_the_sides_taken_the_other_way_round(before: list[float], after: list[float]) -> None:
    one, other = unpaired(before, after, 0.95), unpaired(after, before, 0.95)
    assert one.finite
    assert (one.low, one.estimate, one.high) == pytest.approx((-other.high, -other.estimate, -other.low))
    assert one.estimate == median(late - early for late, early in product(after, before))


def test_too_few_runs_have_no_interval() -> None:
    assert not unpaired([1, 2, 3], [4, 5, 6], 0.95).finite
    assert unpaired([1], [2], 0.95).estimate == 1
