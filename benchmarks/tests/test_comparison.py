"""What is judged, and of what: pairs and runs as values."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_bench.comparison import BUSY, EMPTY, HARNESS, Comparison, Figure, Pair, Rules, Side, of_pairs, of_runs
from azureml_bench.verdict import Verdict

QUIET = (0.100, 0.102, 0.101, 0.099, 0.103, 0.098, 0.1005, 0.1015)


def side(latency: float | None = 0.1, **settings: Any) -> Side:
    figures = {} if latency is None else {"e2e:p50": latency, "e2e:p99": latency * 2}
    return Side(**{"figures": figures, "requests": 100, "bad": 0, **settings})


def pair(base: Side, head: Side) -> Pair:
    return Pair(first="base", base=base, head=head)


def pairs(base: Sequence[float] = QUIET, by: float = 1.0) -> list[Pair]:
    return [pair(side(one), side(one * by * (1 + number % 3 / 1000))) for number, one in enumerate(base)]


@pytest.mark.parametrize(
    ("by", "expected"), [(1.0, Verdict.NOT_SLOWER), (1.05, Verdict.SLOWER), (0.9, Verdict.NOT_SLOWER)]
)
def test_a_change_is_told(by: float, expected: Verdict) -> None:
    told = of_pairs(pairs(by=by), Rules())
    effect, more = told.effects
    assert told.verdict is effect.verdict is expected
    assert effect.change == pytest.approx(by * 1.001 - 1, abs=1e-3)
    assert effect.low is not None
    assert effect.high is not None
    assert effect.low <= effect.change <= effect.high
    assert effect.faster == (by < 1)
    assert (more.figure, more.verdict) == ("e2e:p99", None)
    assert (told.compared, told.thrown_away, told.errors.worse) == (8, {}, False)


def test_pairs_are_left_out_whole_and_counted() -> None:
    odd = [
        pair(side(9.0, problems=["busy"]), side(0.1)),
        pair(side(0.1), side(9.0, problems=["busy"])),
        pair(side(0.1), side(9.0, lag=0.1)),
        pair(side(None), side(0.1)),
        pair(side(0.0), side(0.1)),
    ]
    told = of_pairs([*odd, *pairs()], Rules())
    assert told.thrown_away == {HARNESS: 2, BUSY: 1, EMPTY: 2}
    assert told.effects == of_pairs(pairs(), Rules()).effects
    assert len(told.pairs) == 13


def test_a_machine_that_is_as_busy_all_the_time_disturbs_nothing() -> None:
    busy = [pair(side(one, lag=0.02 + number / 1000), side(one, lag=0.04)) for number, one in enumerate(QUIET)]
    assert of_pairs(busy, Rules()).compared == 8
    little = [pair(side(one, lag=0.0009 * (number % 2)), side(one)) for number, one in enumerate(QUIET)]
    assert of_pairs(little, Rules()).compared == 8


def test_the_quieter_half_is_always_judged_and_errors_count_in_all() -> None:
    noisy = [pair(side(one), side(one, lag=(number > 0) * (1 + number), bad=20)) for number, one in enumerate(QUIET)]
    told = of_pairs(noisy, Rules())
    assert (told.compared, told.thrown_away, told.verdict) == (4, {BUSY: 4}, Verdict.WORSE)


def test_nothing_to_compare() -> None:
    for found in ([], [pair(side(None), side(None))]):
        told = of_pairs(found, Rules())
        assert (told.verdict, told.effects) == (Verdict.CANNOT_TELL, [])
    few = of_pairs(pairs(by=2)[:5], Rules())
    assert few.verdict is Verdict.CANNOT_TELL
    assert (few.effects[0].low, few.effects[0].detectable, few.effects[0].needed) == (None, None, None)


def test_more_errors_are_worse_and_no_latency() -> None:
    dead = [pair(side(one), side(None, bad=100)) for one in QUIET]
    told = of_pairs(dead, Rules())
    assert told.verdict is Verdict.WORSE
    assert (told.errors.base, told.errors.head) == (0, 1)
    some = [pair(side(one), side(one, bad=1 + number)) for number, one in enumerate(QUIET)]
    assert of_pairs(some, Rules()).verdict is Verdict.WORSE
    both = [pair(side(one), side(one * 2, bad=1 + number)) for number, one in enumerate(QUIET)]
    assert of_pairs(both, Rules()).verdict is Verdict.SLOWER
    assert of_pairs(both, Rules()).errors.worse


def test_errors_of_one_moment_are_no_proof() -> None:
    once = [pair(side(one), side(one, bad=50 if number == 3 else 0)) for number, one in enumerate(QUIET)]
    told = of_pairs(once, Rules())
    assert (told.verdict, told.errors.worse) == (Verdict.NOT_SLOWER, False)
    less = [pair(side(one, bad=5), side(one)) for one in QUIET]
    assert not of_pairs(less, Rules()).errors.worse


def test_of_rates_less_is_slower() -> None:
    rate = Figure("output_tokens", "p50")
    fewer = [
        pair(side(figures={"output_tokens:p50": 100 + one}), side(figures={"output_tokens:p50": 90 + one}))
        for one in QUIET
    ]
    told = of_pairs(fewer, Rules((rate,)))
    assert told.verdict is Verdict.SLOWER
    assert told.effects[0].change == pytest.approx(100.1 / 90.1 - 1, rel=1e-4)


def test_what_several_figures_say_together_is_as_sure_as_what_one_says() -> None:
    both = Rules((Figure("e2e", "p50"), Figure("e2e", "p99")))
    assert both.each == pytest.approx(0.975)
    mixed = [
        pair(side(one), side(figures={"e2e:p50": one, "e2e:p99": one * 2.2 * (1 + number / 1000)}))
        for number, one in enumerate(QUIET)
    ]
    told = of_pairs(mixed, both)
    assert [one.verdict for one in told.effects] == [Verdict.NOT_SLOWER, Verdict.SLOWER]
    assert told.verdict is Verdict.SLOWER
    single = of_pairs(mixed, Rules()).effects
    assert single[0].high <= told.effects[0].high  # type: ignore[operator]
    assert of_pairs(mixed, Rules()).verdict is Verdict.NOT_SLOWER


def test_runs_take_five_of_each_side() -> None:
    five = [side(one) for one in QUIET[:5]]
    twice = [side(one * 2) for one in QUIET[:5]]
    assert of_runs((five, twice), Rules()).verdict is Verdict.SLOWER
    assert of_runs((five, five), Rules()).verdict is Verdict.CANNOT_TELL
    assert of_runs((five, five), Rules(tolerance=0.1)).verdict is Verdict.NOT_SLOWER
    few = of_runs((five, twice[:4]), Rules())
    assert (few.verdict, few.effects[0].low) == (Verdict.CANNOT_TELL, None)
    assert few.effects[0].change == pytest.approx(1, abs=0.05)


def test_runs_that_are_not_valid_are_left_out() -> None:
    five = [side(one) for one in QUIET[:5]]
    told = of_runs(([*five, side(9.0, problems=["busy"])], [*five, side(None)]), Rules())
    assert (told.compared, told.thrown_away) == (5, {HARNESS: 1, EMPTY: 1})
    assert of_runs(([side(0.1, problems=["busy"])], five), Rules()).effects == []


def test_runs_with_more_errors_are_worse() -> None:
    five, bad = [side(one) for one in QUIET[:5]], [side(one, bad=9) for one in QUIET[:5]]
    assert of_runs((five, bad), Rules()).verdict is Verdict.WORSE
    assert not of_runs((five[:4], bad[:4]), Rules()).errors.worse


LATENCIES = st.floats(1e-6, 1e3)
SIDES = st.builds(
    lambda value, bad, lag, problems: side(value, bad=bad, lag=lag, problems=problems),
    st.none() | LATENCIES,
    st.integers(0, 100),
    st.sampled_from([0.0, 0.0005, 0.01, 1.0]),
    st.sampled_from([[], [], [], ["late"]]),
)
PAIRS = st.lists(st.builds(pair, SIDES, SIDES), max_size=14)


@pytest.mark.slow
@given(PAIRS)
@settings(max_examples=25, deadline=None)
def test_any_pairs_have_a_verdict_that_can_be_written_down(found: list[Pair]) -> None:
    told = of_pairs(found, Rules())
    assert told.compared + sum(told.thrown_away.values()) == len(found)
    assert Comparison.model_validate_json(told.model_dump_json()) == told


@pytest.mark.slow
@given(PAIRS, st.floats(0.01, 100))
@settings(max_examples=25, deadline=None)
def test_the_unit_does_not_matter(found: list[Pair], factor: float) -> None:
    def times(one: Side) -> Side:
        return one.model_copy(update={"figures": {name: value * factor for name, value in one.figures.items()}})

    scaled = [pair(times(one.base), times(one.head)) for one in found]
    one, other = of_pairs(found, Rules()), of_pairs(scaled, Rules())
    for before, after in zip(one.effects, other.effects, strict=True):
        assert after.change == pytest.approx(before.change, rel=1e-6, abs=1e-6)
        assert (after.low is None) == (before.low is None)


@given(PAIRS)
@settings(max_examples=25, deadline=None)
def test_the_sides_taken_the_other_way_round(found: list[Pair]) -> None:
    turned = [pair(one.head, one.base) for one in found]
    one, other = of_pairs(found, Rules()), of_pairs(turned, Rules())
    assert (one.compared, one.thrown_away) == (other.compared, other.thrown_away)
    for before, after in zip(one.effects, other.effects, strict=True):
        assert (1 + after.change) * (1 + before.change) == pytest.approx(1)
        if before.low is not None and after.high is not None:
            assert (1 + after.high) * (1 + before.low) == pytest.approx(1)
    assert not (one.errors.worse and other.errors.worse)
    assert {one.verdict, other.verdict} != {Verdict.SLOWER}
