"""Nothing that a client sends may cause an exception, a traceback, a hang, or a 5xx that Azure would not give."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.schemas import all_schemas
from azureml_emulator.wire import Call
from emulator.tests.damage import AUTHORISED, DEPLOYMENTS, FUZZING, HUNT, bodies, calls, constrained, written
from emulator.tests.kinds import first_of_each_kind
from emulator.tests.oracle import answered, gives_up

ANSWERS = dict(zip(DEPLOYMENTS, ["echo", "faker", {"type": "fixed", "text": "\ud800"}, gives_up], strict=True))
SPLIT = {"echo": 40, "faker": 20, "fixed": 20, "python": 20}


def endpoint(schema):
    """All answer sources behind one door."""
    deployments = [Deployment(name, answer=answer) for name, answer in ANSWERS.items()]
    return Endpoint(schema.name, schema=schema, deployments=deployments, traffic=SPLIT)


ENGINE = Engine(map(endpoint, all_schemas().values()))
SHARE = HUNT // len(all_schemas())
each = pytest.mark.parametrize("schema", first_of_each_kind())


@each
def test_any_call_gets_an_answer_that_azure_could_have_given(schema):
    """On any path, by any method, with any headers."""

    @settings(FUZZING, max_examples=SHARE // 5 or 3)
    @given(calls(schema.name))
    def fuzz(call):
        answered(ENGINE, call)

    fuzz()


@each
def test_an_authorised_body_of_any_shape_is_answered_or_refused_by_name(schema):
    """By each answer source, and once more by one, who then knows it by its bytes."""

    @settings(FUZZING, max_examples=SHARE * 4 // 5 // 5 or 2)
    @given(body=bodies(schema.name))
    def fuzz(body):
        for deployment in ("echo", *DEPLOYMENTS):
            headers = {**AUTHORISED, "azureml-model-deployment": deployment}
            reply = answered(ENGINE, Call("POST", schema.paths[0], headers, body, 0.0, schema.name))
            assert reply.status not in {401, 403, 404, 405, 415}

    fuzz()


@pytest.mark.parametrize("path", ["/chat/completions", "/v1/chat/completions"])
def test_no_json_schema_of_a_caller_is_too_much(path):
    """As a tool's parameters, and as the form of the answer: endless, contradictory, huge, or none at all."""

    @settings(FUZZING, max_examples=HUNT // 20 or 10)
    @given(body=written(constrained()))
    def fuzz(body):
        assert answered(ENGINE, Call("POST", path, AUTHORISED, body, 0.0, "chat")).status in {200, 400, 422, 500}

    fuzz()


GUARDED = Engine(
    [
        Endpoint(
            "gpt2",
            deployments=[Deployment("echo", schema="gpt2"), Deployment("faker", schema="gpt2", answer="faker")],
            traffic={"echo": 100},
            mirror_traffic={"faker": 50},
            latency={"type": "constant", "ms": 400},
            request_settings={"max_concurrent_requests_per_instance": 1, "request_timeout_ms": 500},
            requests_per_second=4,
            bandwidth_mbps=0.001,
        ),
        Endpoint(
            "chat",
            deployments=[Deployment("echo", schema="chat"), Deployment("faker", schema="chat", state="not_ready")],
            traffic={"echo": 90, "faker": 10},
            latency={"type": "tokens", "first_ms": 400, "gap_ms": 50},
            request_settings={"max_concurrent_requests_per_instance": 2, "request_timeout_ms": 500},
            content_filter="a|hello",
        ),
    ]
)


@pytest.mark.parametrize("name", ["gpt2", "chat"])
def test_limits_filters_and_copies_hold_for_any_calls(name):
    """The calls of one crowd, within a few seconds."""

    @settings(FUZZING, max_examples=HUNT // 100 or 3)
    @given(st.lists(st.tuples(calls(name), st.floats(0, 3)), min_size=1, max_size=6))
    def fuzz(crowd):
        for call, at in sorted(crowd, key=lambda one: one[1]):
            mirrored = answered(GUARDED, call._replace(at=at)).mirrored
            assert mirrored is None or mirrored.as_dict()["mirror"]

    fuzz()
