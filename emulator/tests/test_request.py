import json

import pytest

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import BadBody
from azureml_emulator.request import Request, parse


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize(("depth", "readable"), [(200, True), (201, False), (900, False), (100_000, False)])
def test_a_body_may_be_nested_so_deep_and_no_deeper(opening, closing, depth, readable):
    found = parse((opening * depth + "1" + closing * depth).encode())
    assert isinstance(found, BadBody) is not readable


def test_a_wide_body_is_not_a_deep_one():
    assert len(parse(json.dumps([[]] * 5000).encode())) == 5000


@pytest.mark.parametrize("depth", range(150, 1050, 25))
def test_deep_parameters_harm_nobody_who_looks_at_them(make_call, depth):
    engine = Engine([Endpoint("gpt2", schema="gpt2", answer="faker")])
    deep = b"[" * depth + b"]" * depth
    reply = engine.score(make_call(b'{"inputs": {"input_string": ["a"]}, "parameters": {"deep": ' + deep + b"}}"))
    assert reply.status in {200, 424}
    assert (reply.status == 200) == (depth < 199)
    json.dumps(reply.exchange.as_dict())


def test_the_body_is_parsed_at_most_once_and_only_when_asked_for(make_call, monkeypatch):
    parsed = []
    monkeypatch.setattr("azureml_emulator.request.parse", lambda body: parsed.append(body) or {})
    request = Request(make_call(), "/score")
    assert not parsed
    assert request.document is request.document
    assert len(parsed) == 1


def test_identity_is_of_the_value_and_spelling_of_the_bytes(make_call):
    one, other = (Request(make_call(body), "/score") for body in (b'{"a": 1, "b": 2}', b'{"b":2,"a":1}'))
    assert one.identity == other.identity
    assert one.spelling != other.spelling
    assert one.identity != Request(make_call(b'{"a": 1, "b": 2}', method="PUT"), "/score").identity
    assert one.identity != Request(make_call(b'{"a": 1, "b": 2}', azureml_model_deployment="x"), "/score").identity
