from math import inf

import pytest

from azureml_emulator.draw import Draw
from azureml_emulator.latency import ColdStart, Latency, Load, LoadDependent, Tokens, Work


@pytest.mark.parametrize(("at_work", "factor"), [(1, 1), (2, 1.25), (9, 3)])
def test_each_further_call_makes_it_longer(at_work, factor):
    pace = LoadDependent(Tokens(100, 10), per_call=0.25).pace(Work(load=Load(at_work)))
    assert [pace(token) for token in (1, 2, 11)] == pytest.approx([0.1 * factor, 0.11 * factor, 0.2 * factor])


def test_some_calls_at_once_do_no_harm():
    model = LoadDependent(100, per_call=0.5, at_once=4)
    assert [model.pace(Work(load=Load(calls)))(1) for calls in (1, 4, 5, 6)] == [0.1, 0.1, 0.15000000000000002, 0.2]


@pytest.mark.parametrize(("idle", "ms"), [(0, 100), (29.9, 100), (30, 600), (inf, 600)])
def test_after_idleness_it_has_to_get_warm(idle, ms):
    pace = ColdStart(Tokens(100, 10), start_ms=500, idle_s=30).pace(Work(load=Load(1, idle)))
    assert [pace(token) for token in (1, 2)] == pytest.approx([ms / 1000, ms / 1000 + 0.01])


def test_getting_warm_can_be_drawn_apart_from_the_rest():
    model = ColdStart({"type": "exponential", "mean_ms": 100}, {"type": "exponential", "mean_ms": 500}, 30)
    work = Work(draw=Draw.of(b"a request"))
    cold, warm = model.pace(work)(1), model.pace(work._replace(load=Load(1, 0)))(1)
    assert warm == model.latency.pace(work)(1)
    assert cold - warm == pytest.approx(model.start_ms.seconds(work.draw.units(b"cold start")))
    assert cold - warm != pytest.approx(5 * warm)


def test_only_these_and_what_wraps_them_heed_the_load():
    heedless = Latency.of({"type": "tokens", "first_ms": 1, "gap_ms": {"type": "exponential", "mean_ms": 3}})
    assert not heedless.heeds_load
    assert not Latency.of(5).heeds_load
    assert LoadDependent(heedless, per_call=1).heeds_load
    assert ColdStart(LoadDependent(heedless, per_call=1), 5, 5).heeds_load


def test_both_together():
    model = LoadDependent(ColdStart(100, 500, 30), per_call=1)
    assert model.pace(Work(load=Load(2, inf)))(1) == 1.2
