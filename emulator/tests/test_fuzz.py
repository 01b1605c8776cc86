"""Nothing that a client sends may cause an exception, a traceback or a 5xx that Azure would not give."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint, built_in
from azureml_emulator.engine import Engine
from azureml_emulator.schemas import all_schemas
from azureml_emulator.wire import Call

HUNT = int(os.environ.get("HUNT", "0"))
"""How many calls of each kind `make hunt` makes; the everyday tests repeat the same few."""

ENGINE = Engine(built_in())
TALKING = Engine([Endpoint(name, schema=name, answer="faker") for name in all_schemas()])
"""Whose answers, unlike an echo, depend on the parameters too."""
EXAMPLES = [schema.example for schema in all_schemas().values()]
SERVED = sorted({path for schema in all_schemas().values() for path in schema.paths})
PATHS = [*SERVED, "/", "/nope", "/score/", "//", ""]
KEYS = sorted(
    {
        "inputs",
        "max_tokens",
        "max_new_tokens",
        "max_length",
        "stop",
        "stream",
        "input_string",
        "input_data",
        "parameters",
        "params",
        "messages",
        "prompt",
        "role",
        "content",
    }
)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


FUZZING = settings(deadline=None, derandomize=not HUNT, database=None, suppress_health_check=list(HealthCheck))


@st.composite
def damaged(draw):
    """One of the examples with one part of it replaced, removed or repeated."""
    document = json.loads(json.dumps(draw(st.sampled_from(EXAMPLES))))
    node = document
    while True:
        key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else list(range(len(node)))))
        below = node[key]
        if not isinstance(below, dict | list) or not below or draw(st.booleans()):
            break
        node = below
    if draw(st.booleans()):
        node[key] = draw(VALUES)
    elif isinstance(node, dict):
        del node[key]
    else:
        node.append(below)
    return document


BODIES = (
    damaged().map(lambda value: json.dumps(value).encode())
    | VALUES.map(lambda value: json.dumps(value).encode())
    | st.binary()
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "authorization": st.sampled_from([f"Bearer {DEVELOPMENT_KEY}"] * 8 + ["Bearer", "", DEVELOPMENT_KEY])
        | st.text(),
        "content-type": st.sampled_from(["application/json"] * 8 + ["", ";", "text/plain"]) | st.text(),
        "azureml-model-deployment": st.sampled_from(["default"] * 3 + [""]) | st.text(),
        "x-ms-client-request-id": st.text(),
        "api-key": st.text() | st.just(DEVELOPMENT_KEY),
        "host": st.text() | st.sampled_from(["gpt2.localhost", "localhost"]),
    },
)
CALLS = st.builds(
    Call,
    method=st.sampled_from(["POST"] * 6 + ["GET", "PUT", "HEAD", "OPTIONS", "\udcff"]),
    path=st.sampled_from(PATHS) | st.text(),
    headers=HEADERS,
    body=BODIES,
    at=st.floats(0, 4e9),
    listener=st.sampled_from(["", *all_schemas(), "gone"]),
)


@settings(FUZZING, max_examples=HUNT or 300)
@given(CALLS)
def test_any_call_gets_an_answer_that_azure_could_have_given(call):
    reply = ENGINE.score(call)
    assert reply.status in {200, 401, 403, 404, 405, 413, 415, 422, 424}
    assert b"Traceback" not in reply.body
    assert all(name == name.lower() and "\n" not in value + name for name, value in reply.headers)
    assert reply.exchange is not None
    json.dumps(reply.exchange.as_dict())


@pytest.mark.parametrize("name", list(all_schemas()))
@settings(FUZZING, max_examples=HUNT or 60)
@given(
    body=damaged().map(lambda value: json.dumps(value).encode())
    | VALUES.map(lambda value: json.dumps(value).encode())
)
def test_an_authorised_body_of_any_shape_is_answered_or_refused_by_name(name, body):
    headers = {"authorization": f"Bearer {DEVELOPMENT_KEY}", "content-type": "application/json"}
    reply = TALKING.score(Call("POST", all_schemas()[name].paths[0], headers, body, 0.0, name))
    assert reply.status in {200, 422, 424}
    if reply.status != 200:
        assert reply.exchange.notes
        json.loads(reply.body)
