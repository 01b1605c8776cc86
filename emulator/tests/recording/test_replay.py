"""Replays, in the engine and in virtual time."""

import json
from dataclasses import replace

import pytest

from azureml_emulator.config import check
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError
from azureml_emulator.recording.cassette import written
from azureml_emulator.recording.replay import Replay
from azureml_emulator.wire import Call, End

NOON = 1_700_000_000.25
GPT2 = {"inputs": {"input_string": ["hello"]}}
CHAT = {"messages": [{"role": "user", "content": "hello"}], "temperature": 0.5}


def call(body=GPT2, path="/score", method="POST", query="", key=None, **headers):
    sent = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    sent |= {"authorization": f"Bearer {key}"} if key else {}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Call(method, path, sent, raw, NOON, "r", query=query)


@pytest.fixture
def playing(cassette):
    def playing(*interactions, schema=None, faults=(), **settings):
        replay = Replay(cassette(*interactions), **settings)
        return Engine([Endpoint("r", schema=schema, replay=replay, faults=faults)])

    return playing


def test_an_answer_comes_as_it_was_recorded_but_for_the_date(playing, recorded):
    headers = (("Server", "gunicorn"), ("Date", "then"), ("X-Odd", "\xe4\xff"), ("Content-Length", "4"))
    one = recorded(GPT2, [(0.125, b"[1"), (0.5, b"]\n")], headers=(), status=203)
    one = replace(one, response=replace(one.response, headers=headers, head_s=0.1))
    reply = playing(one).score(call())
    assert reply.status == 203
    assert reply.headers == (
        *(("Server", "gunicorn"), ("Date", "Tue, 14 Nov 2023 22:13:20 GMT")),
        *(("X-Odd", "\udce4\udcff"), ("Content-Length", "4")),
    )
    assert reply.writes == ((0.1, b""), (0.125, b"[1"), (0.5, b"]\n"))
    assert (reply.chunked, reply.end) == (False, None)


@pytest.mark.parametrize(("speed", "times"), [(1, (0.5, 1.0, 2.0)), (4, (0.125, 0.25, 0.5)), (0, (0.0, 0.0, 0.0))])
def test_chunks_keep_their_bounds_at_any_speed(playing, recorded, speed, times):
    one = recorded(CHAT, [(0.5, b"data: \xc3"), (1.0, b"\xa4\n\n")], seconds=0.5, framing="chunked", end_s=2.0)
    reply = playing(one, speed=speed).score(call(CHAT))
    wanted = list(zip(times, (b"data: \xc3", b"\xa4\n\n", b""), strict=True))
    assert list(reply.writes) == (wanted if speed else wanted[:2])
    assert reply.chunked


@pytest.mark.parametrize(
    ("how", "end"),
    [
        ({"end": "cut"}, End(0.75)),
        ({"end": "reset"}, End(0.75, reset=True)),
        ({"end": "left"}, End(0.75)),
        ({"framing": "close"}, End(0.75)),
        ({}, None),
    ],
)
def test_an_answer_ends_as_it_was_recorded(playing, recorded, how, end):
    engine = playing(recorded(GPT2, [(0.5, b"[1")], headers=(), end_s=0.75, **how))
    reply = engine.score(call())
    assert reply.end == end
    assert reply.exchange.problem == ""


def test_the_same_request_gets_its_answers_in_order_then_the_last(playing, recorded):
    engine = playing(recorded(GPT2, b"1"), recorded(CHAT, b"chat"), recorded(GPT2, b"2"), recorded(GPT2, b"3"))
    assert [engine.score(call()).body for _ in range(5)] == [b"1", b"2", b"3", b"3", b"3"]
    engine.reset()
    assert engine.score(call()).body == b"1"


def test_a_change_of_settings_does_not_rewind(playing, recorded):
    engine = playing(recorded(GPT2, b"1"), recorded(GPT2, b"2"))
    assert engine.score(call()).body == b"1"
    engine.change("r", faults=[{"type": "status", "status": 503, "calls": [5]}])
    assert engine.score(call()).body == b"2"


def test_any_key_will_do(playing, recorded):
    engine = playing(recorded(GPT2, b"1"))
    assert engine.score(call()).status == engine.score(call(key="whatever")).status == 200


def test_faults_strike_what_is_replayed(playing, recorded):
    engine = playing(recorded(GPT2, b"1"), faults=[{"type": "reset", "at": "before"}])
    assert engine.score(call()).end.reset


@pytest.mark.parametrize(
    "asked",
    [
        call(b'{"inputs":{"input_string":["hello"]}}'),
        call(b'{ "inputs": {"input_string": ["hell\\u006f"]}, "api_key": "mine"}'),
        call(query="api-key=mine&code=1"),
        call(user_agent="another"),
    ],
)
def test_strictly_the_same_is_told_by_what_is_said_not_how(playing, recorded, asked):
    assert playing(recorded(GPT2, b"1")).score(asked).body == b"1"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (call(method="PUT"), "method: expected 'POST', got 'PUT'"),
        (call(path="/scores"), "path: expected '/score', got '/scores'"),
        (call(query="a=2"), "query: expected '', got 'a=2'"),
        (call(azureml_model_deployment="blue"), "azureml-model-deployment: expected '', got 'blue'"),
        (
            call({"inputs": {"input_string": ["hallo"]}}),
            "body.inputs.input_string[0]: expected 'hello', got 'hallo'",
        ),
        (call({**GPT2, "n": 1}), "body.n: not expected, got 1"),
    ],
)
def test_what_was_not_recorded_is_told_with_the_nearest_request(playing, recorded, asked, told):
    reply = playing(recorded(b"\xff", b"1"), recorded(GPT2, b"1")).score(asked)
    assert reply.status == 404
    assert reply.body.decode().startswith("c.jsonl has no such request; the nearest is line 2: ")
    assert told in reply.body.decode()
    assert reply.exchange.notes == [reply.body.decode()]


def test_bodies_that_are_no_json_are_compared_as_they_are(playing, recorded):
    engine = playing(recorded(b"\xff", b"1"))
    assert engine.score(call(b"\xff")).status == 200
    assert b"body (no JSON): expected '\\\\xff', got 'hello'" in engine.score(call(b"hello")).body


def test_1_and_true_and_a_float_are_not_the_same(playing, recorded):
    engine = playing(recorded({"a": 1}, b"1"))
    assert [engine.score(call({"a": one})).status for one in (1, 1.0, True)] == [200, 404, 404]


class TestLoosely:
    def test_prompts_and_parameters_count(self, playing, recorded):
        one = recorded(CHAT, b"{}", path="/chat/completions")
        engine = playing(one, match="loose", schema="chat")
        path = "/chat/completions"
        assert engine.score(call(CHAT, path, query="api-version=2", azureml_model_deployment="b")).status == 200
        assert engine.score(call({**CHAT, "temperature": 0.6}, path)).status == 404
        assert engine.score(call({**CHAT, "stream": True}, path)).status == 404

    def test_the_shape_is_told_by_what_is_recorded(self, playing, recorded):
        answer = b'data: {"choices": []}\n\n'
        said = (("content-type", "text/event-stream; charset=utf-8"),)
        stream = recorded({**CHAT, "stream": True}, answer, path="/chat/completions", said=said, framing="chunked")
        engine = playing(stream, match="loose")
        reply = engine.score(call({**CHAT, "stream": True}, "/chat/completions", query="a=b"))
        assert reply.body == answer
        assert reply.exchange.prompts == ["hello"]
        assert reply.exchange.parameters["temperature"] == 0.5

    def test_differences_are_told_as_the_shape_reads(self, playing, recorded):
        engine = playing(recorded(CHAT, b"{}", path="/chat/completions"), match="loose", schema="chat")
        reply = engine.score(call({**CHAT, "temperature": 0.6}, "/chat/completions"))
        assert b"line 1: parameters.temperature: expected 0.5, got 0.6" in reply.body

    def test_a_body_of_no_known_shape_counts_as_it_is(self, playing, recorded):
        engine = playing(recorded({"odd": 1}, b"1"), match="loose")
        assert engine.score(call({"odd": 1}, query="a=b")).status == 200
        assert engine.score(call({"odd": 2})).status == 404


def test_fields_can_be_ignored_at_any_depth(playing, recorded):
    engine = playing(recorded({"a": [{"id": 1, "b": 2}], "user": "x"}, b"1", query="v=1"), ignore=["id", "user", "v"])
    assert engine.score(call({"a": [{"id": 7, "b": 2}]}, query="v=2")).status == 200
    assert engine.score(call({"a": [{"id": 1, "b": 3}]}, query="v=1")).status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_other_methods_are_replayed_too(playing, recorded, method):
    headers = (("content-length", "5"),)
    one = recorded(b"", b"hello" if method == "GET" else (), path="/swagger.json", method=method)
    one = replace(one, response=replace(one.response, headers=headers))
    reply = playing(one).score(call(b"", "/swagger.json", method))
    assert reply.headers == headers
    assert reply.body == (b"hello" if method == "GET" else b"")


class TestSettings:
    def test_a_cassette_may_be_named_alone(self, recorded, tmp_path):
        (tmp_path / "c.jsonl").write_bytes(written(recorded(GPT2, b"1")))
        short = check({"endpoints": [{"name": "r", "replay": str(tmp_path / "c.jsonl")}]}).endpoints[0]
        long = check({"endpoints": [{"name": "r", "replay": {"cassette": str(tmp_path / "c.jsonl")}}]}).endpoints[0]
        assert short == long
        assert short.paths == ("/score",)
        assert short.api_type.name == "replayed"
        assert short.deployments[0].schema.example == GPT2

    @pytest.mark.parametrize(
        ("settings", "reason"),
        [
            ({"latency": 1}, "latency is not for an endpoint with a replay"),
            ({"api_type": "dedicated"}, "api_type dedicated is not for an endpoint with a replay"),
            ({"requests_per_second": 1}, "requests_per_second is not for"),
        ],
    )
    def test_what_the_cassette_decides_is_refused(self, cassette, recorded, settings, reason):
        with pytest.raises(ValueError, match=reason):
            Endpoint("r", replay=cassette(recorded(GPT2)), **settings)

    @pytest.mark.parametrize(
        ("replay", "reason"),
        [
            ("nope.jsonl", r"endpoints\[0\]\.replay\.cassette: .*nope\.jsonl: cannot be read: No such file"),
            ({"speed": 1}, r"endpoints\[0\]\.replay\.cassette: Field required"),
            (
                {"cassette": "c", "sped": 1},
                r"endpoints\[0\]\.replay\.sped: unknown setting \(did you mean 'speed'\?\)",
            ),
            ({"cassette": "c", "match": "lose"}, r"endpoints\[0\]\.replay\.match: .*'strict' or 'loose'"),
        ],
    )
    def test_what_cannot_be_is_told_with_its_place(self, replay, reason):
        with pytest.raises(ConfigError, match=reason):
            check({"endpoints": [{"name": "r", "replay": replay}]})
