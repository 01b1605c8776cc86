"""Chat completions: what the engine makes of choices, tools, JSON and extra parameters; the dedicated form of it."""

import json

import pytest

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import WrongShape
from azureml_emulator.schemas import find
from azureml_emulator.schemas.chat import Request
from azureml_emulator.serverless.sampling import standard

USER = [{"role": "user", "content": "one two"}]
TOOL = {
    "type": "function",
    "function": {"name": "count", "parameters": {"properties": {"upto": {"type": "integer"}}}},
}


def asked(make_call, body, path="/v1/chat/completions", schema="chat", engine=None, **headers):
    engine = engine or Engine([Endpoint("one", schema=schema, model="m")])
    return engine.score(make_call({"messages": USER, **body}, path=path, listener="one", **headers))


def events(reply):
    *found, done, _ = reply.body.decode().split("\n\n")
    assert done == "data: [DONE]"
    return [json.loads(one.removeprefix("data: ")) for one in found]


def test_the_standard_fields_are_those_that_azure_documents():
    assert standard(Request) == {
        "messages", "model", "frequency_penalty", "presence_penalty", "temperature", "top_p", "max_tokens", "stop",
        "seed", "stream", "response_format", "tools", "tool_choice", "modalities",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "body", "limit"), [("chat", {"messages": USER}, 256), ("completions", {"prompt": "one"}, 16)]
)
def test_answers_have_a_limit_where_the_caller_sets_none(schema, body, limit):
    assert find(schema).parse(body).max_tokens == limit


@pytest.mark.parametrize("path", find("chat").paths)
def test_versioned_routes_take_extra_parameters(path, make_call, json_of):
    reply = asked(make_call, {"n": 2, "top_k": 1}, path)
    if "/v1/" in path:
        assert len(json_of(reply)["choices"]) == 2
    else:
        assert reply.status == 400
        assert json_of(reply)["detail"].startswith("Extra parameters ['n', 'top_k'] are not allowed when")


def test_what_is_wrong_with_standard_fields_comes_first(make_call):
    assert asked(make_call, {"n": 2, "max_tokens": "x"}, "/chat/completions").status == 422


def test_the_header_decides_also_for_a_body_that_came_before(make_call, json_of):
    engine = Engine([Endpoint("one", schema="chat")])
    path = "/chat/completions"
    for _ in range(3):
        for option, status, choices in (
            ("drop", 200, 1),
            ("pass-through", 200, 2),
            ("error", 400, 0),
            ("no", 400, 0),
        ):
            reply = asked(make_call, {"n": 2}, path, engine=engine, extra_parameters=option)
            assert reply.status == status
            assert len(json_of(reply).get("choices", [])) == choices


def test_what_was_dropped_does_not_hurt_the_journal(make_call):
    engine = Engine([Endpoint("one", schema="chat")])
    reply = asked(make_call, {"n": "many"}, "/chat/completions", engine=engine, extra_parameters="drop")
    assert reply.status == 200
    assert reply.exchange.as_dict()["prompts"] == ["one two"]
    assert reply.exchange.messages == USER


def test_choices_come_side_by_side(make_call):
    pieces = [one["choices"][0]["index"] for one in events(asked(make_call, {"n": 2, "stream": True}))]
    assert pieces == [0, 1, 0, 1, 0, 1, 0, 1]


def test_an_empty_conversation_calls_no_tool(make_call, json_of):
    reply = asked(make_call, {"messages": [], "tools": [TOOL]})
    assert json_of(reply)["choices"][0]["finish_reason"] == "stop"


def test_a_call_has_ids_of_its_own_but_the_same_arguments(make_call, json_of):
    engine = Engine([Endpoint("one", schema="chat")])
    first, second = (json_of(asked(make_call, {"tools": [TOOL], "n": 2}, engine=engine))["choices"] for _ in range(2))
    calls = [one["message"]["tool_calls"][0] for one in (*first, *second)]
    assert len({one["id"] for one in calls}) == 4
    assert {one["function"]["call_id"] for one in calls} == {None}
    assert first[0]["message"]["tool_calls"][0]["function"] == second[0]["message"]["tool_calls"][0]["function"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"tool_choice": "required"}, ["body", "tool_choice"]),
        ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "no"}}}, ["body", "tool_choice"]),
        ({"tools": [{"type": "function"}]}, ["body", "tools", 0, "function"]),
        ({"response_format": {"type": "yaml"}}, ["body", "response_format"]),
        ({"top_logprobs": 2}, ["body", "top_logprobs"]),
        ({"n": 0}, ["body", "n"]),
        ({"messages": [{"role": "tool", "content": "x"}]}, ["body", "messages", 0, "tool_call_id"]),
        ({"top_p": 1.1}, ["body", "top_p"]),
        ({"presence_penalty": -3}, ["body", "presence_penalty"]),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(body, place):
    with pytest.raises(WrongShape) as caught:
        find("chat").parse({"messages": USER, **body})
    assert caught.value.details[0]["loc"] == place


def test_a_tool_with_a_broken_schema_is_refused_at_its_place(make_call, json_of):
    broken = {"type": "function", "function": {"name": "x", "parameters": {"type": "nothing"}}}
    reply = asked(make_call, {"tools": [broken]})
    assert reply.status == 422
    assert json_of(reply)["error"]["details"][0]["loc"] == ["body", "tools", 0, "function", "parameters"]


def test_the_seed_changes_what_is_made_up(make_call, json_of):
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "integer"}}}
    bodies = [{"response_format": form, "seed": seed} for seed in (1, 2, 1)]
    one, two, again = (json_of(asked(make_call, body))["choices"][0]["message"]["content"] for body in bodies)
    assert one == again != two


def test_info_tells_the_model_pretty_printed(make_call):
    engine = Engine([Endpoint("one", schema="chat", model="Mistral-Large-2407")])
    reply = engine.score(make_call(b"", path="/info", listener="one", method="GET"))
    assert reply.body.decode() == (
        '{\n    "model_type": "chat-completion",\n    "model_provider_name": "Mistral AI",\n'
        '    "model_name": "Mistral-Large-2407"\n}'
    )


class TestDedicated:
    """All measured, llm-optimized-inference 0.2.58; the front door rewrites what is not 200."""

    def test_answer(self, make_call, json_of):
        answer = json_of(asked(make_call, {}, schema="llm-chat"))
        message = {"role": "assistant", "content": "one two", "tool_calls": []}
        assert answer["choices"] == [{"index": 0, "message": message, "finish_reason": "stop"}]

    def test_stream_without_usage(self, make_call):
        found = events(asked(make_call, {"stream": "True"}, schema="llm-chat"))
        assert found[0]["choices"] == [
            {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
        ]
        assert found[-1]["choices"] == [{"index": 0, "delta": {"content": ""}, "finish_reason": "stop"}]
        assert not any("usage" in one for one in found)

    @pytest.mark.parametrize(
        ("body", "status", "said"),
        [
            ({"temperature": 1.5}, "422", "Input should be less than or equal to 1"),
            ({"messages": [{"role": "developer", "content": ""}]}, "422", "'system', 'user', 'assistant' or 'tool'"),
            ({"tools": [TOOL]}, "422", "Field required"),
            (
                {"tools": [{"type": "function", "function": {"name": "f", "description": "d"}}]},
                "400",
                '{"detail":"Tools and tool_choice are not supported."}',
            ),
        ],
    )
    def test_refusals(self, make_call, headers_of, body, status, said):
        reply = asked(make_call, body, schema="llm-chat")
        assert reply.status == 424
        assert headers_of(reply)["ms-azureml-model-error-statuscode"] == status
        assert said in reply.body.decode()

    def test_it_is_beside_score(self, make_call, json_of):
        reply = asked(make_call, {}, schema="chat-completion")
        assert json_of(reply)["choices"][0]["message"]["content"] == "one two"
