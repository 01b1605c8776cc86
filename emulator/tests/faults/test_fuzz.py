"""Whatever faults with whatever settings strike whatever answer, the reply can be played."""

import json
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from azureml_emulator import framing
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.faults import Fault
from azureml_emulator.schemas import all_schemas
from azureml_emulator.wire import Call
from emulator.tests.any_settings import members
from emulator.tests.damage import AUTHORISED, FUZZING, HUNT, bodies
from emulator.tests.faults.conftest import told

UNTOLD = ("reason: expected one of", "string_pattern_mismatch", "string_unicode")
"""Rules that the JSON Schema of the settings does not tell."""


@st.composite
def asked(draw):
    """A shape, a call that it mostly understands, and some faults."""
    name = draw(st.sampled_from([*all_schemas(), *["chat", "completions", "tgi-stream", "cohere-chat"] * 4]))
    schema = all_schemas()[name]
    body = json.dumps({**schema.example, **draw(st.sampled_from([{}, {"stream": True}]))}).encode()
    if draw(st.integers(0, 4)) == 4:
        body = draw(bodies(name))
    path = draw(st.sampled_from([*schema.paths * 3, "/", "/swagger.json", "/nope"]))
    method = draw(st.sampled_from(["POST", "POST", "POST", "GET", "HEAD", "OPTIONS"]))
    call = Call(method, path, AUTHORISED, body, draw(st.sampled_from([0.0, 1.7e9, 4e9])), name)
    return call, draw(st.lists(members(Fault), min_size=1, max_size=3))


def endpoint(call, faults):
    """One endpoint with faults, and a latency, so that there is something to spoil."""
    settings = {"api_type": "local"} if call.at == 4e9 else {"request_settings": {"request_timeout_ms": 120}}
    settings |= {"network": {"type": "exponential", "mean_ms": 3}, "server_timing": True}
    latency = {"type": "tokens", "first_ms": 100, "gap_ms": 7}
    return Endpoint(call.listener, schema=call.listener, faults=faults, latency=latency, **settings)


def playable(reply):
    """Hold a reply to what the server relies on."""
    assert 100 <= reply.status <= 599
    assert reply.writes
    times = [due for due, _ in reply.writes]
    assert times == sorted(times)
    assert times[0] >= 0
    assert isfinite(times[-1])
    if reply.end is not None:
        assert times[-1] <= reply.end.at < 1e9
    head = framing.head(reply)
    lines = head.decode("ascii").split("\r\n")
    assert lines[-2:] == ["", ""]
    assert all(": " in line and line.partition(":")[0].islower() for line in lines[1:-2])
    lengths = [int(value) for name, value in reply.headers if name == "content-length"]
    assert len(lengths) == (not reply.chunked)
    unsaid = {"wrong_length", "truncated", "reset"} & set(reply.exchange.faults)
    assert reply.chunked or unsaid or lengths == [len(reply.body)]
    json.dumps(reply.exchange.as_dict())


def struck(call, faults):
    try:
        spoilt = endpoint(call, faults)
    except ValidationError as error:
        if any(rule in str(error) for rule in UNTOLD):
            return
        raise
    reply, clean, again = (Engine([one]).score(call) for one in (spoilt, endpoint(call, []), spoilt))
    playable(reply)
    assert told(reply) == told(again)
    felt, kinds = list(reply.exchange.faults), [one["type"] for one in faults]
    assert len(set(kinds)) < len(kinds) or [kind for kind in kinds if kind in felt] == felt
    assert felt or told(reply) == told(clean)


@pytest.mark.slow
@settings(FUZZING, max_examples=HUNT // 10 or 40)
@given(asked())
def test_any_faults_of_any_answer_can_be_played(one):
    struck(*one)


@pytest.mark.slow
@settings(FUZZING, max_examples=800)
@given(asked())
def test_any_faults_of_any_answer_can_be_played_at_length(one):
    struck(*one)
