"""Faults that callers ask for."""

import json

import pytest

from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import FaultUnreadable
from azureml_emulator.faults import EmptyObject, Reset, Status, asked
from azureml_emulator.wire import Call


@pytest.mark.parametrize(
    ("header", "faults"),
    [
        ("", ()),
        ("reset", (Reset(),)),
        (" reset , empty_object", (Reset(), EmptyObject())),
        ('{"type": "reset", "at": "after"}', (Reset("after"),)),
        ('["reset", {"type": "status", "status": 503}]', (Reset(), Status(503))),
    ],
)
def test_by_name_or_as_json(header, faults):
    assert asked(header) == faults


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("rest", "expected one of .*did you mean 'reset'"),
        ("status", r"status: Field required"),
        ('{"type": "reset", "at": "noon"}', r"at: Input should be 'before', 'during' or 'after'"),
        ('["reset", {"type": "reset", "when": 1}]', r"\[1\].when: Unexpected keyword"),
        ("{", "or its settings as JSON"),
        ("[" * 4000, "or its settings as JSON"),
        ("[1]", "expected one of"),
        ("x" * 5000, "longer than 4096 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(header, why):
    with pytest.raises(FaultUnreadable) as raised:
        asked(header)
    raised.match(why)
    assert raised.value.status == 400


def score(header, allowed="X-Fault", **settings):
    engine = Engine([Endpoint("a", schema="gpt2", fault_header=allowed, **settings)])
    headers = {"authorization": f"Bearer {DEVELOPMENT_KEY}", "content-type": "application/json", "x-fault": header}
    body = json.dumps({"inputs": {"input_string": ["Hi"]}}).encode()
    return [engine.score(Call("POST", "/score", headers, body)) for _ in range(2)]


def test_a_caller_gets_what_it_asks_for_each_time():
    for reply in score('{"type": "status", "status": 503, "times": 1}'):
        assert (reply.status, reply.exchange.faults) == (503, ("status",))


def test_unless_that_is_not_allowed():
    assert [one.status for one in score("reset, nonsense", allowed=None)] == [200, 200]


def test_what_is_configured_strikes_too():
    first, second = score("empty_object", faults=[{"type": "clock_skew", "times": 1}])
    assert first.exchange.faults == ("clock_skew", "empty_object")
    assert second.exchange.faults == ("empty_object",)


def test_a_slip_is_answered_and_written_down():
    reply, _ = score("rest")
    assert reply.status == 400
    assert reply.header("content-type") == "text/plain"
    assert b"did you mean 'reset'" in reply.body
    assert "did you mean 'reset'" in reply.exchange.notes[0]


def test_only_a_header_s_name_is_one():
    with pytest.raises(ValueError, match="a header's name"):
        Endpoint("a", schema="gpt2", fault_header="x fault")
