from itertools import pairwise

import pytest
from pydantic import ValidationError

from azureml_emulator.draw import Draw
from azureml_emulator.latency import Burst, Constant, Distribution, Tokens, Work

GAPS = {"type": "gamma", "mean_ms": 20, "shape": 2}


def times(model, tokens, **work):
    work = Work(**{"draw": Draw.of(b"a request"), "tokens": tokens, **work})
    pace = model.pace(work)
    return [pace(token) for token in range(1, tokens + 1)]


def test_the_first_token_waits_for_the_prompt_to_be_read():
    model = Tokens(Constant(300), Constant(20), prefill_ms=0.5)
    assert times(model, 3, prompt_tokens=100) == [0.35, 0.37, 0.39]
    assert times(Tokens(300, 0.75), 3, prompt_tokens=100) == [0.3, 0.30075, 0.3015]


def test_each_gap_is_drawn(sample):
    gaps = [later - earlier for earlier, later in pairwise(times(Tokens(300, GAPS), 2000))]
    drawn = Distribution.of(GAPS)
    units = Draw.of(b"a request").units(b"gaps")
    assert gaps == pytest.approx([drawn.seconds(units) for _ in range(1999)], abs=1e-12)
    assert sum(gaps) / 1999 == pytest.approx(0.02, rel=0.05)
    assert len(set(gaps)) > 1900


def test_the_first_token_is_drawn_apart_from_the_gaps():
    model = Tokens({"type": "exponential", "mean_ms": 300}, {"type": "exponential", "mean_ms": 300})
    first, second = times(model, 2)
    assert second - first != pytest.approx(first)
    assert times(model, 1) == times(Tokens(model.first_ms, 5), 1)
    assert times(model, 1) != times(model, 1, draw=Draw.of(b"another request"))


def test_tokens_of_a_burst_are_out_when_the_last_of_them_would_be():
    assert times(Tokens(100, 10, burst=3), 9) == [0.12] * 3 + [0.15] * 3 + [0.18] * 3


def test_the_last_burst_ends_with_the_answer():
    assert times(Tokens(100, 10, burst=3), 4) == [0.12] * 3 + [0.13]
    assert Tokens(100, 10, burst=3).pace(Work())(4) == 0.15, "of how many tokens is not known"


def test_bursts_can_be_drawn_and_leave_the_gaps_as_they_are():
    steady = times(Tokens(100, GAPS), 400)
    burst = times(Tokens(100, GAPS, burst=Burst(2, 5)), 400)
    moments = sorted(set(burst))
    sizes = [burst.count(one) for one in moments]
    assert set(sizes[:-1]) == {2, 3, 4, 5}
    assert set(moments) <= set(steady)
    assert burst[-1] == steady[-1], "bursts make nothing slower"


def test_what_is_asked_in_any_order_is_answered_the_same():
    model = Tokens(100, GAPS, burst=Burst(1, 4))
    work = Work(draw=Draw.of(b"any order"), tokens=50)
    forwards, backwards = model.pace(work), model.pace(work)
    assert [forwards(one) for one in range(51)] == [backwards(one) for one in range(50, -1, -1)][::-1]


@pytest.mark.parametrize("burst", [0, -1, 2.5, "many", True, {"low": 3, "high": 2}, {"low": 3}, {"least": 3}, [1, 2]])
def test_what_is_no_burst(burst):
    with pytest.raises(ValidationError, match=r"expected|greater than or equal to 1|Unexpected keyword"):
        Tokens(100, 10, burst=burst)
