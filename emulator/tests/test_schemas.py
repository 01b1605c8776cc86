"""Every wire shape, by what holds for all of them and by what its file promises."""

import json
from contextlib import suppress

import pytest
from pydantic import TypeAdapter

from azureml_emulator import schemas
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import WrongShape
from azureml_emulator.schemas import all_schemas, find

ALL = [pytest.param(schema, id=name) for name, schema in all_schemas().items()]

BODIES = {
    "gpt2": [{"inputs": {"input_string": ["a", "b"]}, "parameters": {"t": 1}}],
    "dolly": [
        {"input_data": {"input_string": ["a", "b"]}, "parameters": {"t": 1}},
        {"input_data": ["a", "b"], "params": {"t": 1}},
        {"input_data": {"input_string": ["a", "b"], "parameters": {"t": 1}}},
    ],
    "huggingface": [{"inputs": ["a", "b"], "parameters": {"t": 1}}],
    "summarization": [{"inputs": ["a", "b"], "parameters": {"t": 1}, "options": {"use_cache": False}}],
    "llama": [{"input_data": {"input_string": ["a", "b"], "parameters": {"t": 1}}}],
    "llama-chat": [{"input_data": {"input_string": [{"role": "user", "content": "a"}], "parameters": {"t": 1}}}],
    "catalog": [{"input_data": ["a", "b"], "params": {"t": 1}}],
    "completions": [{"prompt": "a", "t": 1, "model": None, "stream": "False"}],
    "chat": [{"messages": [{"role": "user", "content": "a"}], "t": 1, "model": None, "stream": "False"}],
}
ANSWERS = {
    "gpt2": [{"0": "a"}, {"0": "b"}],
    "dolly": ["a", "b"],
    "huggingface": [{"0": {"generated_text": "a"}}, {"0": {"generated_text": "b"}}],
    "summarization": [{"summary_text": "a"}, {"summary_text": "b"}],
    "llama": [{"0": "a"}, {"0": "b"}],
    "llama-chat": {"output": "a"},
    "catalog": ["a", "b"],
}
CASES = [
    pytest.param(name, body, id=f"{name}-{n}") for name, bodies in BODIES.items() for n, body in enumerate(bodies)
]


@pytest.mark.parametrize(("name", "body"), CASES)
def test_each_body_is_read_and_answered(name, body, make_call, json_of):
    schema = find(name)
    reading = schema.parse(body)
    expected = ["a", "b"] if name in ANSWERS and isinstance(ANSWERS[name], list) else ["a"]
    assert [prompt.text for prompt in reading.prompts] == expected
    assert reading.parameters == {"t": 1}
    assert reading.stream is False
    call = make_call(body, path=schema.paths[0], listener=name, extra_parameters="pass-through")
    reply = Engine([Endpoint(name, schema=name)]).score(call)
    assert reply.status == 200
    if name in ANSWERS:
        assert json_of(reply) == ANSWERS[name]
    TypeAdapter(schema.response).validate_json(reply.body, strict=True)


@pytest.mark.parametrize("schema", ALL)
def test_each_shape_introduces_itself(schema):
    assert schema.about
    assert schema.evidence.split(":")[0] in {"documented", "measured", "captured", "unverified"}
    assert schema.paths
    assert schema.parse(schema.example).prompts


@pytest.mark.parametrize("schema", ALL)
def test_each_variant_is_answered_in_the_response_type(schema, make_call):
    engine = Engine([Endpoint("one", schema=schema)])
    for body in (schema.example, *schema.variants):
        reply = engine.score(make_call(body, path=schema.paths[0], listener="one"))
        assert reply.status == 200, (body, reply.body)
        if not reply.chunked:
            TypeAdapter(schema.response).validate_json(reply.body, strict=True)


def takes(schema, body):
    with suppress(WrongShape):
        schema.parse(body)
        return True
    return False


@pytest.mark.parametrize("schema", ALL)
def test_each_shape_refuses_what_is_none_of_its_bodies(schema):
    assert [body for body in (None, [], "text", 5, {}, {"unknown": 1}) if takes(schema, body)] == []


def test_chat_is_the_envelope_of_the_inference_api(make_call, json_of):
    body = {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "one two"}]}
    reply = Engine([Endpoint("chat", schema="chat", model="m")]).score(
        make_call(body, path="/chat/completions", listener="chat")
    )
    answer = json_of(reply)
    assert len(answer.pop("id")) == 32
    assert answer == {
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "one two", "tool_calls": None},
                "finish_reason": "stop",
                "logprobs": None,
            }
        ],
        "usage": {"prompt_tokens": 3, "total_tokens": 5, "completion_tokens": 2},
    }


def test_completions_is_the_openai_envelope(make_call, json_of):
    reply = Engine([Endpoint("completions", schema="completions")]).score(
        make_call({"prompt": "one"}, path="/v1/completions", listener="completions")
    )
    answer = json_of(reply)
    assert answer["object"] == "text_completion"
    assert answer["choices"] == [{"index": 0, "text": "one", "logprobs": None, "finish_reason": "stop"}]


def events(reply):
    lines = reply.body.decode().split("\n\n")
    assert lines.pop() == ""
    assert all(line.startswith("data: ") and "\n" not in line and "\r" not in line for line in lines)
    assert lines.pop() == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def test_a_chat_stream_is_what_the_inference_api_sends(make_call):
    body = {"messages": [{"role": "user", "content": "hello there"}], "stream": "True"}
    reply = Engine([Endpoint("chat", schema="chat")]).score(
        make_call(body, path="/v1/chat/completions", listener="chat")
    )
    assert reply.chunked
    assert ("content-type", "text/event-stream; charset=utf-8") in reply.headers
    first, *middle, last = events(reply)
    assert first["choices"] == [
        {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None, "logprobs": None}
    ]
    assert "".join(event["choices"][0]["delta"]["content"] for event in middle) == "hello there"
    assert last["choices"] == [{"index": 0, "delta": {"content": ""}, "finish_reason": "stop", "logprobs": None}]
    assert last["usage"] == {"prompt_tokens": 2, "total_tokens": 4, "completion_tokens": len(middle)}
    assert not any("usage" in event for event in [first, *middle])
    assert len({event["id"] for event in [first, *middle, last]}) == 1
    assert {event["object"] for event in [first, *middle, last]} == {"chat.completion.chunk"}


def test_a_completion_stream_carries_text(make_call):
    reply = Engine([Endpoint("completions", schema="completions")]).score(
        make_call({"prompt": "hello there", "stream": True}, path="/completions", listener="completions")
    )
    found = events(reply)
    assert "".join(event["choices"][0]["text"] for event in found) == "hello there"
    assert found[-1]["choices"][0]["finish_reason"] == "stop"
    assert found[-1]["usage"]["completion_tokens"] == 2


@pytest.mark.parametrize(
    ("body", "loc", "kind"),
    [
        ({}, ["body", "messages"], "missing"),
        ({"messages": [{"role": "alien", "content": ""}]}, ["body", "messages", 0, "role"], "enum"),
        ({"messages": [], "temperature": 3}, ["body", "temperature"], "less_than_equal"),
        ({"messages": [], "max_tokens": "x"}, ["body", "max_tokens"], "int_parsing"),
    ],
)
def test_a_wrong_chat_body_is_refused_as_microsofts_server_does(body, loc, kind, make_call, json_of):
    reply = Engine([Endpoint("chat", schema="chat")]).score(
        make_call(body, path="/chat/completions", listener="chat")
    )
    assert reply.status == 422
    error = json_of(reply)["error"]
    assert (error["code"], error["status"], error["message"]) == ("Invalid input", 422, "invalid input error")
    assert error["details"][0]["loc"] == loc
    assert error["details"][0]["type"] == kind


def test_an_unknown_shape_gets_a_guess():
    with pytest.raises(ValueError, match="did you mean 'gpt2'"):
        find("gtp2")


def test_two_modules_may_not_share_a_name(tmp_path, monkeypatch):
    (tmp_path / "second_gpt2.py").write_text("from azureml_emulator.schemas.gpt2 import SCHEMA\n", encoding="utf-8")
    monkeypatch.setattr(schemas, "__path__", [*schemas.__path__, str(tmp_path)])
    all_schemas.cache_clear()
    try:
        with pytest.raises(TypeError, match="'gpt2'"):
            all_schemas()
    finally:
        monkeypatch.undo()
        all_schemas.cache_clear()
