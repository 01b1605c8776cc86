"""Prepared calls are such that the endpoint takes them."""

import json
from collections import Counter

import pytest

from azureml_emulator.draw import Draw
from azureml_emulator.endpoint import Endpoint, built_in
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError
from azureml_emulator.schemas import all_schemas
from azureml_emulator.simulation import Callers
from azureml_emulator.simulation.callers import read_bodies

STREAMING = [name for name, one in all_schemas().items() if one.stream is not None]


def caller(callers):
    return callers.caller(Draw.of(b"1").units(b"endpoints"))


def test_every_shape_takes_its_example():
    endpoints = built_in()
    engine = Engine(endpoints)
    for one in endpoints:
        call = caller(Callers(endpoints, {one.name: 1}))(5.0)
        assert (call.listener, call.at, engine.score(call).status) == (one.name, 5.0, 200)


@pytest.mark.parametrize("name", [*STREAMING, "tgi"])
def test_every_shape_that_has_streams_streams(name):
    endpoint = Endpoint(name, schema=name)
    reply = Engine([endpoint]).score(caller(Callers([endpoint], stream=True))(0.0))
    assert (reply.status, reply.chunked) == (200, True)


def test_streams_where_there_are_none_are_refused():
    with pytest.raises(ConfigError, match=r"--stream: endpoint x has no streams; its shape is gpt2"):
        Callers([Endpoint("x", schema="gpt2")], stream=True)
    with pytest.raises(ConfigError, match=r"--stream: endpoint x does not take the body: messages"):
        Callers([Endpoint("x", schema="chat")], bodies=[{"messages": 5}], stream=True)


def test_endpoints_get_their_shares():
    endpoints = [Endpoint(name, schema="gpt2") for name in ("a", "b", "c")]
    call = caller(Callers(endpoints, {"a": 3, "c": 1}))
    found = Counter(call(0.0).listener for _ in range(2000))
    assert found["a"] + found["c"] == 2000
    assert found["a"] == pytest.approx(1500, rel=0.05)
    assert len({caller(Callers(endpoints))(0.0).listener} | {call(0.0).listener for _ in range(50)}) > 1


def test_a_share_of_no_endpoint_is_refused():
    with pytest.raises(ConfigError, match=r"--endpoint gpt: there is none of that name \(did you mean 'gpt2'\?\)"):
        Callers([Endpoint("gpt2", schema="gpt2")], {"gpt": 1})


def test_bodies_take_turns(tmp_path):
    (tmp_path / "bodies.jsonl").write_text('{"n": 1}\n\n{"n": 2}\n', encoding="utf-8")
    (tmp_path / "body.json").write_text('{\n"n": 1\n}\n', encoding="utf-8")
    assert read_bodies(str(tmp_path / "body.json")) == [{"n": 1}]
    bodies = read_bodies(str(tmp_path / "bodies.jsonl"))
    call = caller(Callers([Endpoint("a", schema="gpt2")], bodies=bodies))
    assert [json.loads(call(0.0).body)["n"] for _ in range(3)] == [1, 2, 1]


@pytest.mark.parametrize(("text", "expected"), [("", "found nothing"), ('{"n": 1}\n{', r":2: expected JSON")])
def test_a_body_that_is_none_is_refused(tmp_path, text, expected):
    (tmp_path / "body").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=expected):
        read_bodies(str(tmp_path / "body"))


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"--body .*none: cannot be read: "):
        read_bodies(str(tmp_path / "none"))
    (tmp_path / "body").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"expected UTF-8 text"):
        read_bodies(str(tmp_path / "body"))
