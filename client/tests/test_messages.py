"""Messages in every form that people have them."""

import json
from types import SimpleNamespace
from typing import Any

import langchain_core.messages as lc
import pytest

from azureml_endpoint.messages import (
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
    as_messages,
    buffer_string,
    parse_tool_calls,
    wire_message,
    wire_role,
)

CALL = {"name": "f", "args": {"x": "é"}, "id": "1", "type": "tool_call"}
WIRE_CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"x": "\\u00e9"}'}}


def wires(value: Any) -> list[dict[str, Any]]:
    return [wire_message(each) for each in as_messages(value)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("hi", [{"role": "user", "content": "hi"}]),
        (["hi"], [{"role": "user", "content": "hi"}]),
        ({"role": "system", "content": "s"}, [{"role": "system", "content": "s"}]),
        ([("human", "a"), ("ai", "b")], [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]),
        ([["system", "a"]], [{"role": "system", "content": "a"}]),
        (HumanMessage("a", name="bob"), [{"role": "user", "content": "a", "name": "bob"}]),
        ((SystemMessage("s"), ChatMessage("c", role="assistant")), [
            {"role": "system", "content": "s"}, {"role": "assistant", "content": "c"}]),
        (SimpleNamespace(type="HumanMessageChunk", content="c"), [{"role": "user", "content": "c"}]),
        (SimpleNamespace(type="chat", role="system", content="c"), [{"role": "system", "content": "c"}]),
        (SimpleNamespace(to_messages=lambda: [HumanMessage("v")]), [{"role": "user", "content": "v"}]),
        (ToolMessage("t", tool_call_id="1"), [{"role": "tool", "content": "t", "tool_call_id": "1"}]),
        ({"role": "tool", "content": "t", "tool_call_id": "1"}, [
            {"role": "tool", "content": "t", "tool_call_id": "1"}]),
        (AIMessage("", tool_calls=[CALL]), [{"role": "assistant", "content": "", "tool_calls": [WIRE_CALL]}]),
        ({"role": "assistant", "content": None, "tool_calls": [WIRE_CALL]}, [
            {"role": "assistant", "content": None, "tool_calls": [WIRE_CALL]}]),
        ([], []),
    ],
)  # fmt: skip
def test_every_form_becomes_openais(value: Any, expected: Any) -> None:
    assert wires(value) == expected


def test_parts_are_carried() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    assert wires([("user", ["look:", image])]) == [
        {"role": "user", "content": [{"type": "text", "text": "look:"}, image]}
    ]
    assert HumanMessage([{"type": "text", "text": "a"}, image, "b"]).text == "a"


def test_arguments_that_the_model_wrote_badly_go_back_as_they_were() -> None:
    message = AIMessage("", invalid_tool_calls=[{"name": "f", "args": "{x", "id": "1"}])
    assert wire_message(message)["tool_calls"][0]["function"] == {"name": "f", "arguments": "{x"}


@pytest.mark.parametrize("role", ["function", "developer", "", None, 3])
def test_an_unsupported_role_is_named(role: Any) -> None:
    with pytest.raises(ValueError, match=f"role {role!r} is not supported"):
        wire_role(role)
    with pytest.raises(ValueError, match=f"role {role!r}"):
        wires([{"role": role, "content": "x"}])


def test_a_foreign_message_of_an_unsupported_type_is_named() -> None:
    with pytest.raises(ValueError, match="role 'function'"):
        wires([SimpleNamespace(type="function", content="x")])


@pytest.mark.parametrize("value", [None, 3, b"x", {"content": "x"}, [3], [None], [("a", "b", "c")], {1: 2}])
def test_what_is_no_message_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="message"):
        wires(value)


def test_a_mistyped_key_is_named() -> None:
    with pytest.raises(ValueError, match="no key 'rol'"):
        wires([{"role": "user", "content": "x", "rol": 1}])


@pytest.mark.parametrize("content", [3, None, {"type": "text"}, [3], [{"text": "x"}]])
def test_content_that_cannot_be_sent_is_refused(content: Any) -> None:
    with pytest.raises(ValueError, match="content"):
        wires([("user", content)])


def test_pieces_add_up() -> None:
    pieces = [
        AIMessageChunk("", id="c1", tool_call_chunks=[{"index": 0, "name": "f", "id": "1", "args": ""}]),
        AIMessageChunk("a", tool_call_chunks=[{"index": 0, "args": '{"x":'}]),
        AIMessageChunk("b", tool_call_chunks=[{"index": 0, "args": " 1}"}, {"index": 1, "name": "g", "args": "{"}]),
        AIMessageChunk("", finish_reason="stop", response_metadata={"model": "m"}),
    ]
    whole = pieces[0] + pieces[1] + pieces[2] + pieces[3]
    assert (whole.content, whole.id, whole.finish_reason) == ("ab", "c1", "stop")
    assert [(each["name"], each["args"]) for each in whole.tool_calls] == [("f", {"x": 1})]
    assert [(each["name"], each["args"]) for each in whole.invalid_tool_calls] == [("g", "{")]
    assert whole.response_metadata == {"model": "m"}


def test_a_whole_message_is_a_piece_too() -> None:
    bad = {"name": "g", "args": "{x", "id": "2", "error": "no JSON", "type": "invalid_tool_call"}
    message = AIMessage("a", tool_calls=[CALL], invalid_tool_calls=[bad], finish_reason="stop", id="c1")
    piece = AIMessageChunk.whole(message)
    assert (piece.content, piece.tool_calls, piece.finish_reason, piece.id) == ("a", [CALL], "stop", "c1")
    summed = piece + AIMessageChunk("b")
    assert (summed.content, summed.tool_calls) == ("ab", [CALL])
    assert summed.invalid_tool_calls[0]["args"] == "{x"


def test_tool_calls_are_split_by_their_arguments() -> None:
    good, bad = parse_tool_calls([{"name": "f", "args": json.dumps({"a": 1})}, {"name": "g", "args": "[" * 100_000}])
    assert [each["name"] for each in good] == ["f"]
    assert [each["name"] for each in bad] == ["g"]


def test_what_the_openai_sdk_dumps_is_accepted() -> None:
    dumped = {"role": "assistant", "content": "x", "id": "m1", "refusal": None, "annotations": [], "audio": None}
    sent = [wire_message(each) for each in as_messages([{**dumped, "function_call": None}])]
    assert sent == [{"role": "assistant", "content": "x"}]
    assert wire_message({"role": "user", "content": "x", "id": None}) == {"role": "user", "content": "x"}
    for wrong in ({"role": "user", "content": "x", "id": "1"}, {**dumped, "function_call": {"name": "f"}}):
        with pytest.raises(ValueError, match="a message has no key"):
            as_messages([wrong])


def test_a_dict_may_tell_its_type_as_langchain_does() -> None:
    assert wire_message({"type": "human", "content": "x"}) == {"role": "user", "content": "x"}
    assert wire_message({"type": "ai", "content": "x", "name": "n"})["name"] == "n"
    with pytest.raises(ValueError, match="'developer' is not supported"):
        as_messages([{"role": "developer", "content": "x"}])


@pytest.mark.parametrize(
    "messages",
    [
        [lc.HumanMessage("x"), lc.AIMessage("y"), lc.SystemMessage("z"), lc.ToolMessage("t", tool_call_id="1")],
        [lc.ChatMessage(role="boss", content="c"), lc.HumanMessage([{"type": "text", "text": "p"}])],
        [("system", "x"), ("user", "y"), ("ai", "z")],
        [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}],
        ["a", "b"],
        [],
    ],
)
def test_messages_as_one_text_are_langchains(messages: Any) -> None:
    assert buffer_string(messages) == lc.get_buffer_string(lc.convert_to_messages(messages))
