"""Slow, limited, broken, in the course of time: whatever is configured and whoever calls, in virtual time."""

import json
from collections import Counter
from math import inf, isfinite

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from azureml_emulator.admin.descriptions import redact
from azureml_emulator.admin.routes import Admin
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.request import Request
from azureml_emulator.request_log import FORMATS
from emulator.tests.any_endpoint import (
    CROWDING,
    KEY,
    START,
    crowds,
    endpoints,
    goes_by_order,
    met,
    own_of,
    parts_of,
    scenarios,
)
from emulator.tests.damage import HUNT
from emulator.tests.faults.conftest import told
from emulator.tests.faults.test_fuzz import playable
from emulator.tests.oracle import CAUSES, UNDECORATED, in_time

SHARE = HUNT // 400
SIZES = {"reset", "truncated", "wrong_length"}
EXPECTED = (*CAUSES, "the answer takes longer than", "no rule matched")
LIMITED = {408, 429}


def engine_of(endpoint, scenario=None, others=()):
    """An engine at its start."""
    engine = Engine([endpoint, *others], seed=7)
    engine.begin(START)
    if scenario:
        engine.play(scenario)
    return engine


def held(engine, call, reply):
    """Hold a reply, and all that is told of it, to what is promised."""
    playable(reply)
    exchange, headers = reply.exchange, dict(reply.headers)
    seen = exchange.as_dict()
    assert isfinite(exchange.seconds)
    assert exchange.seconds >= 0
    stages = exchange.timing
    assert all(seconds >= 0 for _, seconds in stages), stages
    assert sum(seconds for _, seconds in stages) == pytest.approx(exchange.seconds, rel=1e-9, abs=2e-9)
    inner = int(headers.get("ms-azureml-model-error-statuscode") or reply.status)
    shape = engine.directory[exchange.endpoint].settings.deployments[0].schema.name
    asked_for = exchange.faults or exchange.problem.startswith(EXPECTED) or shape in UNDECORATED
    assert max(inner, reply.status) < 500 or asked_for, (reply.status, exchange.problem)
    unseen(engine, call, reply, seen)


def unseen(engine, call, reply, seen):
    """Nobody is shown a key, but who sent it in a body, or as the id of a request."""
    sent_as_id = call.headers.get("x-ms-client-request-id") == KEY
    assert sent_as_id or KEY not in " ".join(value for _, value in reply.headers)
    assert KEY.encode() in call.body or KEY.encode() not in reply.body
    if KEY.encode() not in call.body:
        assert KEY not in json.dumps(seen)
    assert KEY not in json.dumps(redact(seen, engine))
    for form in FORMATS.values():
        assert KEY not in form.exchange(reply.exchange, lambda value: redact(value, engine))


def counted(engine):
    """Hold what is in flight to its limits."""
    for live in engine.directory:
        queues = [gate.queue for gate in live.admission.gates.values() if gate.queue] if live.admission else []
        if live.admission and live.admission.quota and live.admission.quota.flight:
            queues.append(live.admission.quota.flight)
        for queue in queues:
            assert queue._slots.count >= 0
            assert queue._places.count >= 0
            for ends in (queue._slots, queue._places):
                assert ends.count == sum(entry[2] for entry in ends._heap)


def emptied(engine):
    """When all is over, nothing is in flight."""
    for live in engine.directory:
        for gate in live.admission.gates.values() if live.admission else ():
            for ends in (gate.queue._slots, gate.queue._places) if gate.queue else ():
                ends.pass_to(inf)
                assert ends.count == 0


def looked_at(engine):
    """Ask the admin API for all that it tells, and find no key in it."""
    admin = Admin(engine, lambda name: f"http://127.0.0.1/{name}")
    paths = ["endpoints", *(f"endpoints/{name}" for name in engine.names()), "calls", "latency", "scenario", "health"]
    for path in paths:
        status, body = admin.answer("GET", f"/_emulator/{path}", {})
        assert status == 200, body
        assert KEY.encode() not in body
        json.loads(body)


@st.composite
def busy(draw, most=40):
    """An endpoint, a course of time, or none, and a crowd."""
    endpoint = draw(endpoints())
    scenario = draw(scenarios(endpoint)) if draw(st.booleans()) else None
    return endpoint, scenario, draw(crowds(endpoint, most))


def answers(engine, crowd):
    return [told(reply) for _, reply in met(engine, crowd)]


@pytest.mark.slow
@settings(CROWDING, max_examples=SHARE or 4)
@given(busy())
def test_whatever_is_configured_every_call_has_an_answer_that_can_be_played(one):
    met_and_held(*one)


@pytest.mark.slow
@settings(CROWDING, max_examples=40)
@given(busy())
def test_every_call_has_an_answer_that_can_be_played_at_length(one):
    met_and_held(*one)


def met_and_held(endpoint, scenario, crowd):
    with in_time():
        engine = engine_of(endpoint, scenario)
        for call, reply in met(engine, crowd):
            held(engine, call, reply)
            counted(engine)
        emptied(engine)
        looked_at(engine)
        assert len(engine.journal) == len(crowd) + sum(exchange.mirror for exchange in engine.journal)


@pytest.mark.slow
@settings(CROWDING, max_examples=SHARE // 2 or 10)
@given(busy())
def test_the_same_run_again_is_the_same(one):
    endpoint, scenario, crowd = one
    engine = engine_of(endpoint, scenario)
    first = answers(engine, crowd)
    engine.reset()
    engine.begin(START)
    assert answers(engine, crowd) == first
    assert answers(engine_of(endpoint, scenario), crowd) == first


@st.composite
def shuffled(draw):
    """An endpoint that does not go by the order of calls, a crowd in two orders, and neighbours."""
    endpoint = draw(endpoints())
    unlimited = dict.fromkeys(["requests_per_second", "bandwidth_mbps", "rate_limit", "request_settings"])
    for lifted in ({}, unlimited, {"faults": ()}, {"latency": 70}, {"answer": "faker"}):
        endpoint = endpoint.changed(**lifted) if goes_by_order(endpoint) else endpoint
    assume(not goes_by_order(endpoint))
    same = {}
    for visit in draw(crowds(endpoint, gaps=(0.0,))):
        call = visit.call
        wanted = Request(call, call.path, call.headers["authorization"] == f"Bearer {KEY}", endpoint.api_type.door)
        same.setdefault(wanted.identity, []).append(visit._replace(leaves=None))
    crowd = [visits[0] for visits in same.values() for _ in visits]
    return endpoint, crowd, draw(st.permutations(crowd)), draw(st.integers(0, 2))


def by_request(engine, crowd):
    """What each request was answered, in the order of its own arrivals."""
    return Counter((tuple(map(str, call)), str(told(reply))) for call, reply in met(engine, crowd))


@pytest.mark.slow
@settings(CROWDING, max_examples=SHARE // 2 or 10)
@given(shuffled())
def test_what_does_not_go_by_the_order_of_calls_is_the_same_in_any_order(one):
    endpoint, crowd, other_way, others = one
    neighbours = [Endpoint(f"beside-{number}", schema="gpt2", latency=5) for number in range(others)]
    expected = by_request(engine_of(endpoint), crowd)
    assert by_request(engine_of(endpoint, others=neighbours), other_way) == expected


COUNTING = {"requests_per_second", "bandwidth_mbps", "request_settings", "instance_count", "latency", "answer"}
"""Settings that count calls, or have them counted: one that is lifted meanwhile, begins anew when it is back."""


@st.composite
def changed_and_back(draw):
    endpoint, _, crowd = draw(busy())
    given_parts = {name: one for name, one in (parts_of(1e6) | own_of(1e6)).items() if name not in COUNTING}
    changes = draw(st.fixed_dictionaries({}, optional=given_parts))
    return endpoint, crowd, changes, draw(st.integers(0, len(crowd)))


@pytest.mark.slow
@settings(CROWDING, max_examples=SHARE // 2 or 10)
@given(changed_and_back())
def test_settings_that_are_changed_and_changed_back_leave_no_trace(one):
    endpoint, crowd, changes, place = one
    expected = answers(engine_of(endpoint), crowd)
    engine, found = engine_of(endpoint), []
    for number, visit in enumerate(crowd):
        if number == place:
            try:
                engine.change(endpoint.name, **changes)
            except ValueError:
                assume(False)
            engine.recover(endpoint.name)
        found += [told(reply) for _, reply in met(engine, [visit._replace(leaves=None)])]
    without = [one._replace(leaves=None) for one in crowd]
    assert found == (expected if without == crowd else answers(engine_of(endpoint), without))
