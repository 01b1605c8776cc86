"""No rules and no request make the emulator fail."""

import json

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from azureml_emulator.answers import AnswerSource
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.wire import Call

KEY = "a-key-that-nobody-may-see"

TEXT = st.sampled_from(["", "a", "weather", "the weather", "\ud83d", "ß" * 70])
NUMBERS = st.one_of(st.integers(1, 3), st.fixed_dictionaries({"every": st.integers(1, 3)}))
LEAVES = st.one_of(
    st.tuples(st.sampled_from(["prompt", "system"]), st.one_of(TEXT, st.fixed_dictionaries({"contains": TEXT}))),
    st.tuples(st.just("prompt"), st.fixed_dictionaries({"regex": st.sampled_from(["^$", "a+", "(a|b)*$"])})),
    st.tuples(st.sampled_from(["call", "arrival"]), NUMBERS),
    st.tuples(st.just("parameters"), st.dictionaries(TEXT, st.one_of(st.none(), st.booleans(), st.integers()))),
    st.tuples(
        st.just("header"), st.dictionaries(st.sampled_from(["x", "authorization"]), st.one_of(st.none(), TEXT))
    ),
    st.tuples(st.sampled_from(["schema", "role"]), st.sampled_from(["chat", "user"])),
)
CONDITIONS = st.recursive(
    st.lists(LEAVES, max_size=3).map(dict),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}), st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=2)})
    ),
    max_leaves=4,
)
OUTCOMES = st.fixed_dictionaries(
    {},
    optional={
        "answer": st.sampled_from([{"fixed": "a"}, {"json": [1]}, {"sequence": ["truncated", "echo"]}, "echo"]),
        "faults": st.sampled_from([[], [{"status": 429}], ["truncated", "reset"]]),
        "latency": st.sampled_from([0, 5]),
    },
)
RULES = st.lists(
    st.tuples(CONDITIONS, OUTCOMES).map(lambda pair: {"when": pair[0], **pair[1]}), min_size=1, max_size=4
)
CALLS = st.lists(st.tuples(TEXT, st.booleans()), min_size=1, max_size=4)


def play(schema, answer, calls):
    """Score calls, and look at what the journal tells of them."""
    engine = Engine([Endpoint("a", schema=schema, key=KEY, answer=answer)])
    path = {"gpt2": "/score", "chat": "/v1/chat/completions"}[schema]
    for text, stream in calls:
        inputs = {"inputs": {"input_string": [text, "a"]}}
        body = inputs if schema == "gpt2" else {"messages": [{"role": "user", "content": text}], "stream": stream}
        headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json", "x": "a"}
        reply = engine.score(Call("POST", path, headers, json.dumps(body).encode(), 1.7e9))
        assert 200 <= reply.status < 600
        assert reply.seconds >= 0
        told = json.dumps(reply.exchange.as_dict())
        assert KEY not in told + reply.body.decode()
        assert reply.exchange.rule or "nearest is rule" in told


def tried(schema, rules, calls, strict):
    try:
        source = AnswerSource.of({"rules": rules, "strict": strict})
    except ValueError as error:
        assume("never reached" not in str(error))
        raise
    play(schema, source, calls)


@pytest.mark.slow
@settings(suppress_health_check=list(HealthCheck), max_examples=25, deadline=None)
@given(st.sampled_from(["gpt2", "chat"]), RULES, CALLS, st.booleans())
def test_no_rules_and_no_request_are_too_much(schema, rules, calls, strict):
    tried(schema, rules, calls, strict)


@pytest.mark.slow
@settings(suppress_health_check=list(HealthCheck), max_examples=400, deadline=None)
@given(st.sampled_from(["gpt2", "chat"]), RULES, CALLS, st.booleans())
def test_no_rules_and_no_request_are_too_much_at_length(schema, rules, calls, strict):
    tried(schema, rules, calls, strict)
