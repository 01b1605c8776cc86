"""Exact figures of many values."""

import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_bench.distribution import Distribution, percentile

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=60)


@pytest.mark.parametrize(("rank", "expected"), [(0.001, 1), (50, 50), (90, 90), (99, 99), (99.9, 100), (100, 100)])
def test_a_percentile_is_the_smallest_value_that_so_many_are_at_or_below(rank: float, expected: int) -> None:
    assert percentile(range(1, 101), rank) == expected


@settings(max_examples=40, deadline=None)
@given(VALUES, st.floats(0.001, 100))
def test_so_many_are_at_or_below(values: list[float], rank: float) -> None:
    ordered = sorted(values)
    found = percentile(ordered, rank)
    assert sum(one <= found for one in ordered) >= len(ordered) * rank / 100 - 1e-6
    assert sum(one < found for one in ordered) < len(ordered) * rank / 100 + 1e-6


@settings(max_examples=40, deadline=None)
@given(VALUES)
def test_mean_and_spread(values: list[float]) -> None:
    told = Distribution.of(values)
    assert told
    assert told.n == len(values)
    assert told["max"] == max(values)
    assert told.mean == pytest.approx(statistics.fmean(values))
    assert told.sd == pytest.approx(statistics.stdev(values) if len(values) > 1 else 0, rel=1e-6, abs=1e-6)
    assert told.min <= told["p50"] <= told["p99"] <= told["p99.9"] <= told.max


def test_nothing_is_told_of_nothing() -> None:
    assert Distribution.of([]) is None


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (5000, []),
        (4999, ["p99.9"]),
        (500, ["p99.9"]),
        (499, ["p99", "p99.9"]),
        (50, ["p95", "p99", "p99.9"]),
        (1, ["p50", "p75", "p90", "p95", "p99", "p99.9"]),
    ],
)
def test_what_few_values_cannot_say_is_marked(n: int, expected: list[str]) -> None:
    told = Distribution.of(range(n))
    assert told
    assert told.uncertain == expected
