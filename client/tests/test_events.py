"""What events say: the first choice alone, failures in every envelope seen, tool calls and content as they come."""

from typing import Any

import pytest

from azureml_endpoint import AIMessageChunk, StreamCutError, StreamEventError
from azureml_endpoint.events import chat_chunk, completion_chunk, error_message
from azureml_endpoint.streams import Chunks

from .conftest import delta_event, sse, text_event


def whole(*events: Any, done: bool = True) -> AIMessageChunk:
    pieces = Chunks(chat_chunk)
    stream = b"".join(sse(*events, done=done))
    first, *rest = [piece.message for part in (pieces.feed(stream), pieces.close()) for piece in part]
    for message in rest:
        first = first + message
    return first


def of_choice(index: int, event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "choices": [{**event["choices"][0], "index": index}]}


def test_only_the_first_choice_is_the_answer() -> None:
    other = of_choice(1, delta_event("length", content="B"))
    assert whole(delta_event(content="A"), other, delta_event("stop", content="C")).text == "AC"
    both = {"choices": [other["choices"][0], delta_event("stop", content="A")["choices"][0]]}
    assert whole(both).text == "A"
    assert completion_chunk(of_choice(1, text_event("B"))) is None


def test_the_end_of_another_choice_is_not_the_end() -> None:
    with pytest.raises(StreamCutError) as caught:
        whole(delta_event(content="A"), of_choice(1, delta_event("stop")), done=False)
    assert caught.value.partial == "A"


@pytest.mark.parametrize(
    ("event", "message"),
    [({"error": {"message": "m"}}, "m"), ({"error": "m"}, "m"), ({"error": {"code": 1}}, "{'code': 1}"),
     ({"object": "error", "message": "m"}, "m"), ({"type": "error", "message": "m"}, "m"),
     ({"type": "error"}, "{'type': 'error'}"), ({"error": True}, "{'error': True}"), ({"error": 7}, "7"),
     ({"detail": "m"}, "m"), ({"message": "m"}, "m"), ({"code": "x", "message": "m"}, "m"),
     ({"choices": [{"text": "a"}], "message": "m"}, None), ({"error": None}, None), ({"choices": []}, None),
     ({"choices": [], "usage": {"total_tokens": 1}}, None), ({"error": "", "choices": [{"text": "a"}]}, None),
     ({"type": "ping"}, None), (None, "no JSON"), ([], "an event that is no object but a list"),
     ("text", "an event that is no object but a str"), (1, "an event that is no object but a int")],
)  # fmt: skip
def test_error_envelopes(event: object, message: str | None) -> None:
    assert error_message(event) == message


@pytest.mark.parametrize("event", ['"text"', "[1]", "17", "true", "null", '{"error": true}'])
def test_what_is_no_event_of_an_answer_raises_with_the_text_so_far(event: str) -> None:
    with pytest.raises(StreamEventError) as caught:
        whole(delta_event(content="part"), event)
    assert caught.value.partial == "part"


def call(name: str, arguments: Any, **beside: Any) -> dict[str, Any]:
    return {"id": name, "function": {"name": name, "arguments": arguments}, **beside}


def test_arguments_may_be_an_object() -> None:
    message = whole(delta_event(tool_calls=[call("f", {"é": [1]}, index=0)]), delta_event("tool_calls"))
    assert [(each["name"], each["args"]) for each in message.tool_calls] == [("f", {"é": [1]})]
    assert all(each["args"] is None or isinstance(each["args"], str) for each in message.tool_call_chunks)


@pytest.mark.parametrize("index", [{}, {"index": None}])
def test_calls_without_an_index_are_calls_of_their_own(index: dict[str, Any]) -> None:
    apart = [delta_event(tool_calls=[call(name, '{"a": 1}', **index)]) for name in "fg"]
    together = delta_event(tool_calls=[call(name, '{"a": 1}', **index) for name in "hi"])
    message = whole(*apart, together, delta_event("tool_calls"))
    assert [(each["name"], each["args"]) for each in message.tool_calls] == [(name, {"a": 1}) for name in "fghi"]


def test_a_call_without_an_index_goes_on_until_the_next_begins() -> None:
    first = [call("f", '{"a":'), {"function": {"arguments": " 1"}}, {"id": "f", "function": {"arguments": "}"}}]
    events = [delta_event(tool_calls=[each]) for each in (*first, call("g", "{}", index=4), call("h", "{}"), "odd")]
    message = whole(*events, delta_event("tool_calls"))
    assert [(each["name"], each["args"]) for each in message.tool_calls] == [("f", {"a": 1}), ("g", {}), ("h", {})]


def test_content_may_come_in_parts() -> None:
    parts = [{"type": "text", "text": "b"}, "c", {"text": "d"}]
    assert whole(delta_event(content="a"), delta_event("stop", content=parts)).text == "abcd"
    image = {"type": "image_url", "image_url": {"url": "u"}}
    chunk = chat_chunk(delta_event(content=["a", image, 7, {"type": "text", "text": None}]))
    assert chunk
    assert chunk.text == "a"
    assert chunk.message.content == [
        {"type": "text", "text": "a"},
        image,
        {"type": "non_standard", "value": 7},
        {"type": "non_standard", "value": {"type": "text", "text": None}},
    ]
