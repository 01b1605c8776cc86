"""The queue against the theory of queues."""

from math import factorial

import pytest

from azureml_emulator.admission.queue import Queue
from azureml_emulator.draw import Draw
from azureml_emulator.latency import Exponential

FEW = pytest.param(25_000, 2.5, id="few")
MANY = pytest.param(150_000, 1.0, id="many", marks=pytest.mark.slow)

long_or_short = pytest.mark.parametrize(("calls", "doubt"), [FEW, MANY])
"""How many calls there are, and by how much less can be said of few than of many."""


def exponential(mean, calls, label):
    """So many times with this mean, which they have exactly: so much less is left to chance."""
    units, model = Draw.of(b"queue").units(label), Exponential(mean_ms=1000)
    times = [model.seconds(units) for _ in range(calls)]
    scale = mean * calls / sum(times)
    return [one * scale for one in times]


def visited(queue, rate, calls, service=1.0):
    """Let calls come at random, `rate` a second, and be worked on for `service` seconds in the mean.

    Gives the wait of each one that was let in, and how many were refused.
    """
    now, waits, refused = 0.0, [], 0
    for gap, work in zip(exponential(1 / rate, calls, b"gaps"), exponential(service, calls, b"work"), strict=True):
        now += gap
        if queue.full(now):
            refused += 1
            continue
        start = queue.begin(now)
        queue.work(start + work)
        waits.append(start - now)
    return waits, refused


def mean(numbers):
    return sum(numbers) / len(numbers)


def erlang_c(servers, offered):
    """The share of calls that have to wait, of M/M/c."""
    busy = offered**servers / factorial(servers) * servers / (servers - offered)
    return busy / (sum(offered**one / factorial(one) for one in range(servers)) + busy)


def states(servers, places, offered):
    """The share of time with 0, 1, ... calls in flight, of M/M/c/K."""
    weights = [1.0]
    for calls in range(1, places + 1):
        weights.append(weights[-1] * offered / min(calls, servers))
    return [one / sum(weights) for one in weights]


@long_or_short
@pytest.mark.parametrize("load", [pytest.param(0.5, marks=pytest.mark.slow), 0.8])
def test_one_slot_makes_calls_wait_as_in_m_m_1(load, calls, doubt):
    waits, refused = visited(Queue(1), load, calls)
    assert refused == 0
    assert mean(waits) == pytest.approx(load / (1 - load), rel=0.04 * doubt)
    assert mean([wait > 0 for wait in waits]) == pytest.approx(load, rel=0.02 * doubt)


@long_or_short
@pytest.mark.parametrize(("slots", "load"), [pytest.param(2, 0.7, marks=pytest.mark.slow), (4, 0.6)])
def test_several_slots_make_calls_wait_as_erlang_says(slots, load, calls, doubt):
    offered = slots * load
    waits, _ = visited(Queue(slots), offered, calls)
    waiting = erlang_c(slots, offered)
    assert mean([wait > 0 for wait in waits]) == pytest.approx(waiting, rel=0.02 * doubt)
    assert mean(waits) == pytest.approx(waiting / (slots - offered), rel=0.04 * doubt)


@long_or_short
@pytest.mark.parametrize(("slots", "load"), [pytest.param(1, 0.8, marks=pytest.mark.slow), (4, 1.2)])
def test_as_many_places_as_azure_has_refuse_as_in_m_m_c_k(slots, load, calls, doubt):
    offered, places = slots * load, 2 * slots
    waits, refused = visited(Queue(slots, places), offered, calls)
    shares = states(slots, places, offered)
    assert refused / calls == pytest.approx(shares[-1], rel=0.02 * doubt)
    in_line = sum(share * max(0, calls - slots) for calls, share in enumerate(shares))
    assert mean(waits) == pytest.approx(in_line / (offered * (1 - shares[-1])), rel=0.02 * doubt)  # Little's law


@long_or_short
def test_who_may_not_wait_is_refused_as_erlang_b_says(calls, doubt):
    _, refused = visited(Queue(5, 5), 4.0, calls)
    assert refused / calls == pytest.approx(states(5, 5, 4.0)[-1], rel=0.02 * doubt)


def test_it_holds_no_more_than_who_is_in_flight():
    queue = Queue(3)
    visited(queue, 2.4, 30_000)
    assert len(queue._places._heap) < 100
    assert len(queue._slots._heap) <= 3


def test_more_slots_are_free_at_once_and_fewer_when_work_is_done():
    queue = Queue(1)
    queue.work(10.0)
    queue.resize(2, 4)
    assert queue.begin(1.0) == 1.0
    queue.work(12.0)
    queue.resize(1, 4)
    assert queue.begin(2.0) == 12.0, "one of two goes when its work is done at 10"
    assert queue.begin(13.0) == 13.0


def test_places_are_counted_and_come_back():
    queue = Queue(1, 2)
    _, place = queue.work(5.0)
    queue.work(7.0)
    assert queue.full(1.0) == 4.0
    queue.leave(place)
    assert queue.full(1.0) == 0.0
    assert queue.in_flight == 1


def test_a_slot_is_given_back_only_if_nobody_was_promised_it():
    queue = Queue(1)
    first, _ = queue.work(5.0)
    second, _ = queue.work(9.0)
    queue.give_back(first, 1.0)
    assert queue.begin(1.0) == 9.0
    queue.give_back(second, 5.0)
    assert queue.begin(1.0) == 5.0
    queue.give_back(second, 1.0)
    assert queue.begin(1.0) == 5.0, "once is enough"
