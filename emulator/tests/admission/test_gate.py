"""A gate against a second opinion, which looks through everything each time."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_emulator.admission.gate import Gate, Stay
from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.errors import DoorError
from azureml_emulator.latency import UNHURRIED, Load
from azureml_emulator.wire import Result

BUSY = {"type": "load_dependent", "latency": 100, "per_call": 0.1}


def deployment(**said):
    """A deployment with all that it takes from its endpoint."""
    (one,) = Endpoint("gpt2", schema="gpt2", deployments=[Deployment(**said)]).deployments
    return one


def a_gate(at_once=1, latency=None, instances=1, **limits):
    limits["max_concurrent_requests_per_instance"] = at_once
    return Gate(deployment(request_settings=limits, latency=latency, instance_count=instances))


def answer(seconds, streamed=False):
    return Result(200, (), ((0.0, b""), (seconds, b"done")), chunked=streamed)


def come(gate, at, seconds, streamed=False):
    """Let a call come; give its status, how long it takes, its stay, and the load it meets."""
    stay, load = Stay(at), None
    try:
        load = gate.enter(stay)
        return 200, gate.leave(stay, answer(seconds, streamed)).seconds, stay, load
    except DoorError as error:
        return error.status, error.after, stay, load


class Opinion:
    """What the documentation says, with nothing but lists.

    Each call is given its times when it comes. A slot is taken by whoever was promised it last.
    """

    def __init__(self, slots, places, timeout):
        self.slots = [[-inf, None] for _ in range(slots)]  # free from, promised last
        self.places, self.timeout = places, timeout
        self.calls = []  # start, end of work, time of leaving, streamed

    def come(self, at, seconds, streamed):
        call = len(self.calls)
        self.calls.append([inf, inf, -inf, streamed])
        if sum(leaves > at for _, _, leaves, _ in self.calls) >= self.places:
            return 429, 0.0
        slot = min(self.slots, key=lambda one: max(one[0], at))
        start = max(slot[0], at)
        if start - at > self.timeout:
            self.calls[call][2] = at + self.timeout
            return 408, self.timeout
        slot[:] = start + seconds, call
        self.calls[call] = [start, start + seconds, start + seconds, streamed]
        if start + seconds - at <= self.timeout:
            return 200, start + seconds - at
        return (200, self.timeout) if streamed and start - at <= self.timeout else (408, self.timeout)

    def gone(self, call, at):
        start, end, _, streamed = self.calls[call]
        self.calls[call][2] = min(at, self.calls[call][2])
        for slot in self.slots:
            if slot[1] == call and at < end and (streamed or at < start):
                slot[:] = max(at, start), None


VISITS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 8), st.booleans(), st.none() | st.integers(0, 8)), max_size=25
)


@pytest.mark.slow
@settings(deadline=None, derandomize=True, max_examples=150)
@given(VISITS, st.integers(1, 3), st.integers(1, 2), st.none() | st.integers(1, 8), st.none() | st.integers(1, 8))
def test_whoever_comes_and_goes_others_wait_as_they_should(visits, at_once, instances, timeout, pending):
    slots = at_once * instances
    gate = a_gate(at_once, instances=instances, request_timeout_ms=timeout and timeout * 1000, max_pending=pending)
    opinion = Opinion(slots, pending or 2 * slots, timeout or inf)
    now, leaving, stays = 0, [], []
    for gap, seconds, streamed, patience in visits:
        now += gap
        for at, call in sorted(one for one in leaving if one[0] <= now):
            leaving.remove((at, call))
            gate.gone(stays[call], at)
            opinion.gone(call, at)
        status, after, stay, _ = come(gate, now, seconds, streamed)
        assert (status, after) == opinion.come(now, seconds, streamed)
        stays.append(stay)
        if patience is not None and status != 429:
            leaving.append((now + patience, len(stays) - 1))


@settings(deadline=None, derandomize=True, max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 8)), max_size=25), st.none() | st.integers(1, 3))
def test_the_load_is_what_is_worked_on_when_work_begins(visits, at_once):
    gate = a_gate(at_once, BUSY, max_pending="unlimited")
    now, spans = 0, []
    for gap, seconds in visits:
        now += gap
        _, after, _, load = come(gate, now, seconds)
        start = now + after - seconds
        at_work = sum(begin <= start < end for begin, end in spans)
        idle = 0.0 if at_work else start - max((end for _, end in spans), default=-inf)
        assert load == Load(at_work + 1, idle)
        spans.append((start, start + seconds))


class TestWhoGoesAway:
    def test_before_its_turn_it_never_has_one(self):
        gate = a_gate()
        come(gate, 0, 10)
        _, _, waiting, _ = come(gate, 1, 10)
        assert come(gate, 2, 10)[0] == 429
        gate.gone(waiting, 3)
        assert come(gate, 4, 10)[:2] == (200, 16), "at 10 the slot is free"

    def test_before_its_turn_its_work_burdens_nobody(self):
        gate = a_gate(1, BUSY)
        come(gate, 0, 10)
        _, _, waiting, _ = come(gate, 1, 10)
        gate.gone(waiting, 3)
        assert come(gate, 15, 1)[3] == Load(1, 5.0)

    def test_from_a_stream_it_frees_the_slot(self):
        gate = a_gate()
        _, _, streaming, _ = come(gate, 0, 10, streamed=True)
        gate.gone(streaming, 3)
        assert come(gate, 4, 10)[:2] == (200, 10)

    def test_from_a_whole_answer_it_does_not_free_the_slot(self):
        gate = a_gate()
        _, _, working, _ = come(gate, 0, 10)
        gate.gone(working, 2)
        assert come(gate, 3, 10)[:2] == (200, 17), "the container works until 10"

    def test_from_a_whole_answer_it_frees_its_place_alone(self):
        gate = a_gate()
        _, _, working, _ = come(gate, 0, 10)
        come(gate, 1, 10)
        gate.gone(working, 2)
        assert come(gate, 3, 10)[:2] == (200, 27), "the container works until 10, then on the one that waits"

    def test_who_was_promised_a_time_keeps_it(self):
        gate = a_gate(max_pending=3)
        come(gate, 0, 10)
        _, _, first, _ = come(gate, 1, 10)
        assert come(gate, 1, 10)[:2] == (200, 29)
        gate.gone(first, 2)
        assert come(gate, 3, 10)[:2] == (200, 37), "after the one that was promised 20 to 30"

    def test_who_waits_in_vain_frees_its_place(self):
        gate = a_gate(request_timeout_ms=5000)
        come(gate, 0, 10)
        status, _, waiting, _ = come(gate, 1, 1)
        assert status == 408
        assert come(gate, 2, 1)[0] == 429
        gate.gone(waiting, 2)
        assert come(gate, 2, 1)[0] == 408

    def test_when_all_is_over_it_does_nothing(self):
        gate = a_gate()
        _, _, stay, _ = come(gate, 0, 1, streamed=True)
        come(gate, 2, 10)
        gate.gone(stay, 3)
        gate.gone(stay, 3)
        assert come(gate, 4, 1)[:2] == (200, 9)

    def test_it_burdens_nobody_any_more(self):
        gate = a_gate(None, BUSY)
        _, _, streaming, _ = come(gate, 0, 10, streamed=True)
        _, _, whole, _ = come(gate, 0, 10)
        gate.gone(streaming, 2)
        gate.gone(whole, 2)
        assert come(gate, 3, 1)[3] == Load(2, 0.0), "the container works on the whole answer"


class TestSettings:
    def test_without_any_there_is_no_gate_at_all(self):
        assert not Gate(deployment()).needed
        assert not a_gate(None, max_pending="unlimited").needed
        assert not Gate(deployment(state="not_ready"), limited=False).needed

    @pytest.mark.parametrize(
        "one", [{"latency": BUSY}, {"state": "not_ready"}, {"request_settings": {"max_pending": 3}}]
    )
    def test_each_of_them_asks_for_one(self, one):
        assert Gate(deployment(**one)).needed

    @pytest.mark.parametrize(("pending", "refused"), [(None, 3), (1, 1), (5, 5), ("unlimited", inf)])
    def test_as_many_may_be_in_flight_as_is_said(self, pending, refused):
        gate = a_gate(1, max_pending=pending) if pending else a_gate(1)
        statuses = [come(gate, 0, 1)[0] for _ in range(50)]
        assert statuses.count(200) == min(50, 2 if pending is None else refused)

    def test_no_slots_but_places_let_all_of_them_be_worked_on(self):
        gate = a_gate(None, max_pending=3)
        assert [come(gate, 0, 1)[:2] for _ in range(4)] == [(200, 1.0)] * 3 + [(429, 0.0)]

    def test_who_does_not_heed_the_load_is_not_told_of_it(self):
        assert come(a_gate(), 0, 1)[3] is UNHURRIED


class TestChanges:
    def changed(self, gate, **settings):
        new = a_gate(**settings)
        new.inherit(gate)
        return new

    def test_who_is_in_flight_stays_there(self):
        gate = a_gate()
        come(gate, 0, 10)
        _, _, waiting, _ = come(gate, 0, 10)
        gate = self.changed(gate, latency=BUSY)
        assert come(gate, 1, 1)[0] == 429
        gate.gone(waiting, 2)
        assert come(gate, 3, 1)[:2] == (200, 8)

    def test_more_instances_take_the_next_call_at_once(self):
        gate = a_gate()
        come(gate, 0, 10)
        assert come(self.changed(gate, instances=2), 1, 10)[:2] == (200, 10)

    def test_fewer_instances_finish_what_they_have(self):
        gate = a_gate(instances=3)
        for seconds in (4, 6, 8):
            come(gate, 0, seconds)
        assert come(self.changed(gate, max_pending="unlimited"), 1, 1)[:2] == (200, 8)

    def test_the_load_is_carried_over(self):
        gate = a_gate(None, BUSY)
        come(gate, 0, 10)
        assert come(self.changed(gate, at_once=None, latency=BUSY), 1, 1)[3] == Load(2, 0.0)
