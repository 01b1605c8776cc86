"""The chat formatters: every message arrives, Mistral's without a system role, answers become messages."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azureml_endpoint import (
    AIMessage,
    CustomOpenAIChatContentFormatter,
    CustomOpenAIContentFormatter,
    HumanMessage,
    LlamaChatContentFormatter,
    MistralChatContentFormatter,
    ResponseFormatError,
    SystemMessage,
)
from azureml_endpoint import AzureMLEndpointApiType as ApiType

S, D = ApiType.serverless, ApiType.dedicated
conversations = st.lists(st.tuples(st.sampled_from(["user", "assistant", "system"]), st.text()), max_size=6)


def sent(formatter: Any, messages: Any, api_type: ApiType = S, **parameters: Any) -> Any:
    body = json.loads(formatter.format_messages_request_payload(messages, parameters, api_type))
    return body["messages"] if api_type is S else body["input_data"]["input_string"]


def read(body: Any, api_type: ApiType = S, formatter: Any = None) -> AIMessage:
    made = formatter or CustomOpenAIChatContentFormatter()
    return made.format_response_payload(json.dumps(body).encode(), api_type).message


def choice(reason: str | None = "stop", **message: Any) -> dict[str, Any]:
    return {"id": "c1", "model": "m", "choices": [{"message": message, "finish_reason": reason}]}


@pytest.mark.parametrize("api_type", [S, D])
@pytest.mark.parametrize("formatter", [CustomOpenAIChatContentFormatter(), LlamaChatContentFormatter()])
@given(messages=conversations)
def test_any_conversation_arrives_as_passed(
    formatter: Any, api_type: ApiType, messages: list[tuple[str, str]]
) -> None:
    expected = [{"role": role, "content": content} for role, content in messages]
    assert sent(formatter, messages, api_type) == expected


def test_parameters_stand_where_the_shape_has_them() -> None:
    formatter = CustomOpenAIChatContentFormatter()
    dedicated = json.loads(formatter.format_messages_request_payload(["x"], {"temperature": 0}, D))
    serverless = json.loads(formatter.format_messages_request_payload(["x"], {"temperature": 0}, S))
    assert dedicated["input_data"]["parameters"] == {"temperature": 0}
    assert serverless["temperature"] == 0


@given(messages=conversations)
def test_mistral_gets_every_text_and_no_system_role(messages: list[tuple[str, str]]) -> None:
    merged = sent(MistralChatContentFormatter(), messages)
    assert all(message["role"] != "system" for message in merged)
    assert "\n\n".join(each["content"] for each in merged) == "\n\n".join(content for _, content in messages)
    assert [each["role"] for each in merged if each["role"] == "assistant"] == [
        r for r, _ in messages if r == "assistant"
    ]


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([("system", "s"), ("user", "u")], [("user", "s\n\nu")]),
        ([("system", "s"), ("system", "t"), ("user", "u")], [("user", "s\n\nt\n\nu")]),
        ([("system", "s")], [("user", "s")]),
        ([("system", "s"), ("assistant", "a")], [("user", "s"), ("assistant", "a")]),
        ([("user", "u"), ("system", "s")], [("user", "u"), ("user", "s")]),
        ([], []),
    ],
)
def test_mistral_merges_the_system_text_into_the_next_user_message(messages: Any, expected: Any) -> None:
    assert [(each["role"], each["content"]) for each in sent(MistralChatContentFormatter(), messages)] == expected


def test_mistral_merges_parts() -> None:
    parts = [{"type": "image_url", "image_url": {"url": "u"}}]
    merged = sent(MistralChatContentFormatter(), [SystemMessage("s"), HumanMessage(parts)])
    assert merged == [{"role": "user", "content": [{"type": "text", "text": "s"}, *parts]}]


def test_messages_are_not_changed() -> None:
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": [{"type": "text", "text": "t"}]}]
    before = json.dumps(messages)
    sent(MistralChatContentFormatter(), messages)
    assert json.dumps(messages) == before


def test_compatible_messages_are_langchains() -> None:
    formatter = CustomOpenAIChatContentFormatter(langchain_compatible=True)
    assert sent(formatter, [SimpleNamespace(type="human", content='"a"\n', name="bob")]) == [
        {"role": "user", "content": '\\"a\\"\\n'}
    ]
    assert read(choice(role="assistant", content=" x "), formatter=formatter).content == "x"
    for message in ({"role": "tool", "content": "x"}, {"role": "user", "content": [{"type": "text", "text": "x"}]}):
        with pytest.raises(ValueError, match="langchain_compatible"):
            sent(formatter, [message])


def test_a_serverless_answer_is_a_whole_message() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    message = read({**choice(role="assistant", content=" hi\n"), "usage": usage})
    assert message.content == " hi\n"
    assert message.finish_reason == "stop"
    assert message.usage_metadata == {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    assert message.response_metadata == {"finish_reason": "stop", "logprobs": None, "model": "m", "usage": usage}
    assert message.id == "c1"


def test_a_dedicated_answer_is_its_output() -> None:
    assert read({"output": " hi "}, D) == AIMessage(" hi ")


def test_a_newer_container_says_more_beside_its_output() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    calls = [{"id": "1", "function": {"name": "f", "arguments": "{}"}}]
    message = read({"output": "hi", "finish_reason": "stop", "usage": usage, "model": "m", "tool_calls": calls}, D)
    assert (message.content, message.finish_reason) == ("hi", "stop")
    assert message.usage_metadata == {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    assert message.tool_calls[0]["name"] == "f"


def test_tool_calls_are_read_whether_their_arguments_are_json_or_not() -> None:
    calls = [
        {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}},
        {"id": "2", "type": "function", "function": {"name": "g", "arguments": "{x"}},
        {"id": "3", "type": "function", "function": {"name": "h", "arguments": "[1]"}},
        {"id": "4", "type": "function", "function": {"name": "i", "arguments": ""}},
        "not a call",
    ]
    message = read(choice("tool_calls", role="assistant", content=None, tool_calls=calls))
    assert message.content == ""
    assert [(each["name"], each["args"]) for each in message.tool_calls] == [("f", {"x": 1}), ("i", {})]
    assert [(each["name"], each["args"]) for each in message.invalid_tool_calls] == [("g", "{x"), ("h", "[1]")]


def test_a_filtered_answer_has_no_text() -> None:
    message = read(choice("content_filter", role="assistant", content=None))
    assert (message.content, message.finish_reason) == ("", "content_filter")


@pytest.mark.parametrize(
    "body",
    [
        choice(role="assistant", content=None),
        choice(role="assistant"),
        choice(role="assistant", content=3),
        choice(role="assistant", content=[]),
        {"choices": [{"message": None}]},
        {"choices": [{"message": "x"}]},
        {"choices": []},
        {"output": "x"},
        {"error": {"message": "boom"}},
        [],
    ],
)
def test_broken_answers_are_format_errors(body: Any) -> None:
    with pytest.raises(ResponseFormatError, match="right content formatter"):
        read(body)


@pytest.mark.parametrize(
    "body", [{"output": None}, {"output": None, "error": {"status_code": 400}}, {}, [{"0": "x"}]]
)
def test_broken_dedicated_answers_are_format_errors(body: Any) -> None:
    with pytest.raises(ResponseFormatError):
        read(body, D)


def test_odd_neighbours_of_the_text_do_no_harm() -> None:
    odd = {"id": 3, "usage": "many", "choices": [{"message": {"content": "x", "tool_calls": 1}, "finish_reason": 5}]}
    message = read(odd)
    assert (message.content, message.tool_calls, message.usage_metadata, message.finish_reason, message.id) == (
        "x",
        [],
        None,
        None,
        None,
    )


def test_a_prompt_is_a_conversation_of_one_message() -> None:
    body = json.loads(CustomOpenAIChatContentFormatter().format_request_payload("x", {}, S))
    assert body == {"messages": [{"role": "user", "content": "x"}]}


@pytest.mark.parametrize("arguments", [{"a": 1}, '{"a": 1}'])
def test_arguments_of_a_tool_may_be_an_object(arguments: Any) -> None:
    calls = [{"id": "1", "type": "function", "function": {"name": "f", "arguments": arguments}}]
    choice = {"message": {"role": "assistant", "content": None, "tool_calls": calls}, "finish_reason": "tool_calls"}
    body = json.dumps({"choices": [choice]}).encode()
    message = CustomOpenAIChatContentFormatter().format_response_payload(body, ApiType.serverless).message
    assert (message.tool_calls[0]["args"], message.invalid_tool_calls) == ({"a": 1}, [])


@pytest.mark.parametrize(
    ("formatter", "kind", "body"),
    [
        (CustomOpenAIChatContentFormatter(), "dedicated", {"output": ""}),
        (CustomOpenAIChatContentFormatter(), "serverless", {"choices": [{"message": {"content": ""}}]}),
        (CustomOpenAIContentFormatter(), "serverless", {"choices": [{"text": ""}]}),
        (CustomOpenAIContentFormatter(), "serverless", {"choices": []}),
    ],
)
def test_an_error_beside_nothing_is_an_error(formatter: Any, kind: str, body: dict[str, Any]) -> None:
    with pytest.raises(ResponseFormatError, match="boom"):
        formatter.format_response_payload(json.dumps({**body, "error": {"message": "boom"}}).encode(), kind)
    if body != {"choices": []}:
        answer = formatter.format_response_payload(json.dumps({**body, "error": None}).encode(), kind)
        assert answer.text == ""
