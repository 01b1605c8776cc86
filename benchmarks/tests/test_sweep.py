"""The knee of a sweep, decided by values."""

import pytest
from recorded import recorded, sample

from azureml_bench.summary import Summary
from azureml_bench.summing import of_record
from azureml_bench.sweep import Step, concluded, over, rates, step, table
from azureml_bench.usage import WrongUsage


def made(rate: float, why: str = "", *, valid: bool = True) -> Step:
    return Step(rate=rate, offered=rate, achieved=rate, errors=0, p50=0.02, p99=0.04, valid=valid, why=why)


def test_rates_are_equal_factors_or_equal_steps() -> None:
    assert rates("10..80/s:4") == pytest.approx([10, 20, 40, 80])
    assert rates("10..40/s:4:linear") == pytest.approx([10, 20, 30, 40])
    assert len(rates("10..200/s")) == 8
    assert rates("60..120/min:2") == pytest.approx([1, 2])


@pytest.mark.parametrize("text", ["10/s", "10..5/s", "10..20/s:1", "10..20/s:x", "10..20/s:5:cubic", "a..b", ""])
def test_what_is_no_sweep(text: str) -> None:
    with pytest.raises(WrongUsage, match=r"--sweep '.*': expected"):
        rates(text)


@pytest.fixture(scope="module")
def told() -> Summary:
    return of_record(recorded([sample(n) for n in range(100)]))


def judged(told: Summary, offered: float, achieved: float, before: list[Step], **changes: object) -> Step:
    asked = told.rates.model_copy(update={"offered": offered, "achieved": achieved})
    return step(offered, told.model_copy(update={"valid": True, "problems": [], "rates": asked, **changes}), before)


def test_a_rate_is_held_that_is_achieved(told: Summary) -> None:
    assert judged(told, 100, 95, []).held
    assert judged(told, 100, 94, []).why == "achieved 94% of what was offered"


def test_in_a_short_step_a_few_are_still_on_their_way_by_chance(told: Summary) -> None:
    short = {**told.plan, "phases_s": {"warmup": 1.0, "measure": 3.0, "drain": 30.0}}
    assert judged(told, 18.7, 17.7, [], plan=short).held
    assert judged(told, 18.7, 16.6, [], plan=short).why == "achieved 89% of what was offered"


def test_a_rate_is_not_held_that_is_slow_or_in_error(told: Summary) -> None:
    usual = told.metrics["e2e_intended"]["p50"]
    quick = [made(1).model_copy(update={"p50": usual / 2.5})]
    assert judged(told, 100, 100, quick).why == "median latency 2.5 times that of the lowest rate"
    bad = told.counts.model_copy(update={"outcomes": {"ok": 98, "5xx": 2}})
    assert judged(told, 100, 100, [], counts=bad).why == "2.0% in error"


def test_objectives_decide_where_there_are_any() -> None:
    fast = [made(1).model_copy(update={"p50": 1e-6})]
    kept = of_record(recorded([sample(n) for n in range(100)], slo=["e2e:p99<1h"]))
    assert judged(kept, 100, 100, fast).held
    missed = of_record(recorded([sample(n) for n in range(100)], slo=["e2e:p99<1ms"]))
    assert judged(missed, 100, 100, []).why == "missed e2e:p99<1ms"


def test_what_the_harness_could_not_send_is_not_held(told: Summary) -> None:
    late = judged(told, 100, 100, [], valid=False, problems=["it was late"])
    assert (late.held, late.why) == (False, "it was late")


def test_it_goes_on_past_one_miss_and_stops_at_two() -> None:
    assert not over([])
    assert not over([made(1), made(2)])
    assert not over([made(1), made(2, "slow")])
    assert not over([made(1), made(2, "slow"), made(4)])
    assert over([made(1), made(2, "slow"), made(4, "slow")])
    assert over([made(1, "late", valid=False)])


@pytest.mark.parametrize(
    ("steps", "knee", "said"),
    [
        ([made(1), made(2), made(4, "slow"), made(8, "slow")], 2, "knee: 2/s\n"),
        ([made(1), made(2, "slow"), made(4), made(8, "slow"), made(16, "slow")], 4, "knee: 4/s\n"),
        ([made(1), made(2)], 2, "knee: at least 2/s; higher rates were not tried"),
        ([made(1), made(2, "late", valid=False)], 1, "knee: at least 1/s; the harness gave up"),
        ([made(1, "slow"), made(2, "slow")], None, "no rate was held"),
    ],
)
def test_the_knee(steps: list[Step], knee: float | None, said: str) -> None:
    found = concluded("http://127.0.0.1/score", steps)
    assert found.knee == knee
    assert said in table(found)
    assert "the knee is the highest rate that is held" in table(found)
