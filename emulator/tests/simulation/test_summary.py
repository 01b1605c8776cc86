"""What is counted, and how."""

import pytest

from azureml_emulator.journal import Exchange
from azureml_emulator.simulation.summary import Distribution, Summary
from azureml_emulator.simulation.tally import Tally
from azureml_emulator.wire import End, Reply


def reply(seconds=1.0, status=200, stages=(), end=None, chunked=False, first=None):
    exchange = Exchange("e", "d", "POST", "/score", status, 0.0, seconds, "id", stages=stages)
    writes = ((seconds if first is None else first, b"a"), (seconds, b"b"))
    return Reply(status, (), writes, chunked, exchange, end)


def summed(*calls, start=0.0, end=10.0, slots=None):
    tally = Tally(start, end)
    for at, one in calls:
        tally.note(at, one)
    return Summary(tally, end - start, slots)


def test_percentiles_are_of_the_nearest_rank():
    times = Distribution([one / 1000 for one in range(1, 101)])
    assert [round(times.percentile(one), 9) for one in (0, 1, 50, 90, 99, 99.5, 100)] == [1, 1, 50, 90, 99, 100, 100]
    assert times.as_dict() == {"mean": 50.5, "p50": 50, "p90": 90, "p99": 99, "max": 100}
    assert Distribution([]).as_dict() == dict.fromkeys(("mean", "p50", "p90", "p99", "max"))


def test_served_is_a_200_that_came_to_its_end():
    found = summed(
        (0, reply(0.5)),
        (1, reply(1.5)),
        (2, reply(0.0, 429)),
        (3, reply(9.0, end=End(1.0))),
        (4, reply(0.2, 500, end=End(0.1))),
    )
    assert found.statuses == {"200": 2, "429": 1, "500": 1, "broken": 1}
    assert (found.offered, found.served, found.errors) == (5, 2, pytest.approx(0.6))
    assert found.latency.mean == 1000
    assert (found.offered_per_s, found.served_per_s) == (0.5, 0.2)


def test_what_ends_after_the_window_is_served_but_not_within_it():
    found = summed((9, reply(5.0)))
    assert (found.served, found.served_per_s, found.latency.mean) == (1, 0, 5000)


def test_calls_of_the_warm_up_do_not_count_but_what_is_left_of_their_work_does():
    found = summed((1, reply(3.0, stages=(("model", 3.0),))), (2, reply(1.0, stages=(("model", 1.0),))), start=2)
    assert (found.offered, found.latency.mean) == (1, 1000)
    assert found.at_work == pytest.approx((2 + 1) / 8)
    assert found.served_per_s == pytest.approx(2 / 8)


def test_work_counts_where_it_is_done_not_where_the_call_came():
    stages = (("queue", 2.0), ("model", 3.0))
    assert summed((0, reply(5.0, stages=stages)), slots=2).utilisation == pytest.approx(0.15)
    assert summed((6, reply(5.0, stages=stages)), slots=2).utilisation == pytest.approx(0.1)
    assert summed((0, reply(1.0, 408, stages=stages)), slots=2).utilisation == pytest.approx(0.15)
    assert summed((9, reply(5.0, stages=stages)), slots=2).utilisation == 0
    assert summed((0, reply(5.0, stages=stages))).utilisation is None
    assert summed((0, reply(5.0, stages=stages))).queue.mean == 2000


def test_streams_tell_of_their_first_byte():
    assert summed((0, reply(2.0, chunked=True, first=0.5))).as_dict()["ttft_ms"]["mean"] == 500
    assert "ttft_ms" not in summed((0, reply(2.0))).as_dict()


def test_nothing_at_all_can_be_told_too():
    found = summed().as_dict()
    assert (found["offered"], found["served"], found["errors"], found["latency_ms"]["p99"]) == (0, 0, 0, None)


def test_tallies_add_up():
    one, other = Tally(0, 10), Tally(0, 10)
    one.note(0, reply(1.0, stages=(("model", 1.0),)))
    other.note(0, reply(3.0, stages=(("model", 3.0),), chunked=True, first=2.0))
    other.note(0, reply(0.0, 429))
    one.add(other)
    found = Summary(one, 10, None)
    assert (found.statuses, found.latency.mean, found.at_work) == ({"200": 2, "429": 1}, 2000, 0.4)
    assert found.first.mean == 2000
    assert found.served_per_s == 0.2
