"""Server-sent events, however the bytes are cut, and the answers in them."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azureml_endpoint import StreamCutError, StreamEventError
from azureml_endpoint.errors import EndpointTimeoutError, UnreachableError
from azureml_endpoint.events import chat_chunk, completion_chunk
from azureml_endpoint.streams import Chunks, Event, EventParser

from .conftest import delta_event, sse, text_event

TEXTS = ["é", "𝄞 \u2028\u0085", "a\nb", ""]
STREAM = b"".join(sse(*[text_event(each) for each in TEXTS], text_event("!", "stop")))
WHOLE = "".join(TEXTS) + "!"


def events(*chunks: bytes) -> list[Event]:
    parser = EventParser()
    found = [event for chunk in chunks for event in parser.feed(chunk)]
    return found + list(parser.close())


def text(*chunks: bytes, read: Any = completion_chunk) -> str:
    pieces = Chunks(read)
    found = [piece.text for chunk in chunks for piece in pieces.feed(chunk)]
    return "".join(found + [piece.text for piece in pieces.close()])


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_every_byte_split_gives_the_same_text(ending: bytes) -> None:
    stream = STREAM.replace(b"\n", ending)
    assert text(stream) == WHOLE
    assert text(*[stream[at : at + 1] for at in range(len(stream))]) == WHOLE
    for at in range(len(stream)):
        assert text(stream[:at], stream[at:]) == WHOLE


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_cuts_give_the_same_text(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    assert text(*[STREAM[start:end] for start, end in pairwise(edges)]) == WHOLE


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: a\n\n", [Event("message", "a")]),
        (b"data:a\n\n", [Event("message", "a")]),
        (b"data:  a\n\n", [Event("message", " a")]),
        (b"data\n\n", [Event("message", "")]),
        (b": ping\n\n:\n\ndata: a\n\n", [Event("message", "a")]),
        (b"event: error\nid: 1\nretry: 5\ndata: a\n\n", [Event("error", "a")]),
        (b"event: x\n\ndata: a\n\n", [Event("message", "a")]),
        (b"data: a\ndata: b\n\n", [Event("message", "a\nb")]),
        (b"data: a\r\ndata: b\r\n\r\n", [Event("message", "a\nb")]),
        (b"\xef\xbb\xbfdata: a\n\n", [Event("message", "a")]),
        (b"data: a", [Event("message", "a")]),
        (b"data: a\r\rdata: b\r\r", [Event("message", "a"), Event("message", "b")]),
        ("data: \u2028\u0085\x0b\x0c\n\n".encode(), [Event("message", "\u2028\u0085\x0b\x0c")]),
        (b"data: \xff\n\ndata: a\n\n", [Event("message", "\ufffd", torn=True), Event("message", "a")]),
        (b"", []),
        (b"\n\n\n", []),
    ],
)
def test_the_grammar(stream: bytes, expected: list[Event]) -> None:
    assert events(stream) == expected
    assert events(*[stream[at : at + 1] for at in range(len(stream))]) == expected


def test_two_objects_in_one_event_are_two_pieces() -> None:
    lines = [json.dumps(text_event(each, reason)) for each, reason in (("a", None), ("b", "stop"))]
    assert text("".join(f"data: {line}\n" for line in lines).encode() + b"data: [DONE]\n\n") == "ab"


def test_the_end_is_done_or_a_finish_reason() -> None:
    assert text(*sse(text_event("a"), done=True)) == "a"
    assert text(*sse(text_event("a", "stop"), done=False)) == "a"
    assert text(b'data: {"choices":[{"text":"a"}]}\n\ndata: [DONE]') == "a"
    assert text(*sse(text_event("a")), *sse(text_event("late"))) == "a"


@pytest.mark.parametrize("reason", ["", None, 0])
def test_a_reason_that_is_none_ends_nothing(reason: Any) -> None:
    """Some servers send an empty one with every event."""
    event = {"choices": [{"text": "a", "finish_reason": reason}]}
    with pytest.raises(StreamCutError) as caught:
        text(*sse(event, done=False))
    assert caught.value.partial == "a"
    assert text(*sse(event, event)) == "aa"


@pytest.mark.parametrize("events", [[], [{}], [{"choices": []}], [{"output": "a"}], [{"choices": [{"index": 1}]}]])
def test_a_stream_without_any_piece_is_no_answer(events: list[Any]) -> None:
    with pytest.raises(StreamCutError, match="without any piece of an answer") as caught:
        text(*sse(*events))
    assert caught.value.body == (json.dumps(events[-1]) if events else "")
    assert caught.value.body in str(caught.value)


@pytest.mark.parametrize("read", [completion_chunk, chat_chunk])
def test_an_event_of_another_shape_raises(read: Any) -> None:
    """It would be an answer without text."""
    delta, plain = {"choices": [{"delta": {"content": "a"}}]}, {"choices": [{"text": "a"}]}
    other, place = (delta, '{"text": ..}') if read is completion_chunk else (plain, '{"delta": ..}')
    for event in (other, {"choices": [{"message": {"content": "a"}}]}):
        with pytest.raises(StreamEventError, match=r"expected .*found ") as caught:
            text(*sse(event), read=read)
        assert place in str(caught.value)


@pytest.mark.parametrize(
    ("read", "choice"),
    [(completion_chunk, {"text": ["a"]}), (completion_chunk, {"text": 5}), (chat_chunk, {"delta": "a"})],
)
def test_what_is_no_text_raises(read: Any, choice: Any) -> None:
    with pytest.raises(StreamEventError, match=f"found type {type(next(iter(choice.values()))).__name__}"):
        text(*sse({"choices": [choice]}), read=read)


def test_bytes_that_are_no_utf8_raise() -> None:
    broken = b'data: {"choices":[{"text":"a\xff"}]}\n\n'
    with pytest.raises(StreamEventError, match="no UTF-8") as caught:
        text(*sse(text_event("a"), done=False), broken)
    assert caught.value.partial == "a"
    assert text(b": \xff\n\n", *sse(text_event("a", "stop"))) == "a"


def test_events_that_were_encoded_twice_are_read() -> None:
    """As whole answers are."""
    assert text(*sse(*[json.dumps(json.dumps(text_event(each))) for each in "ab"])) == "ab"


def test_what_is_no_json_is_told_with_its_place() -> None:
    with pytest.raises(StreamEventError, match=r"no JSON \(.*line 1 column 2"):
        text(b"data: {'a': 1}\n\n")


def test_a_cut_at_any_byte_is_whole_or_an_error_with_the_text_so_far() -> None:
    whole_from = STREAM.index(b'"stop"}]}') + len(b'"stop"}]}')
    for at in range(len(STREAM)):
        pieces, found = Chunks(completion_chunk), list[str]()
        try:
            for part in (pieces.feed(STREAM[:at]), pieces.close()):
                found.extend(piece.text for piece in part)
        except StreamCutError as error:
            cut_with = error.partial
            assert cut_with == "".join(found)
            assert WHOLE.startswith(cut_with)
            assert at < whole_from
        else:
            assert "".join(found) == WHOLE
            assert at >= whole_from


@pytest.mark.parametrize(
    "event",
    [
        {"error": {"message": "out of memory", "code": 500}},
        {"error": "out of memory"},
        {"error": {"detail": "out of memory"}},
        {"object": "error", "message": "out of memory"},
        {"type": "error", "message": "out of memory", "choices": [{"text": "x"}]},
        {"error": True, "message": "out of memory"},
        {"code": 500, "message": "out of memory"},
        {"detail": "out of memory"},
        {"detail": [{"msg": "out of memory"}], "choices": []},
        "out of memory",
        '"out of memory"',
        '["out of memory"]',
    ],
)
def test_an_error_event_raises_with_its_message_and_the_text_so_far(event: Any) -> None:
    with pytest.raises(StreamEventError, match="out of memory") as caught:
        text(*sse(text_event("a"), event))
    assert caught.value.partial == "a"
    assert "out of memory" in caught.value.body


def test_an_event_named_error_raises() -> None:
    with pytest.raises(StreamEventError, match="boom"):
        text(b'event: error\ndata: {"message": "boom"}\n\n')


def test_errors_do_not_hold_the_key() -> None:
    pieces = Chunks(completion_chunk, {}, "a-secret-key")
    with pytest.raises(StreamEventError) as caught:
        list(pieces.feed(b'data: {"error": "bad key a-secret-key"}\n\n'))
    assert "a-secret-key" not in f"{caught.value}{caught.value.body}"


def test_a_broken_connection_is_an_error_unless_nothing_can_be_missing() -> None:
    pieces = Chunks(completion_chunk)
    list(pieces.feed(b"".join(sse(text_event("a"), done=False))))
    with pytest.raises(StreamCutError, match="reset") as caught:
        pieces.broke(UnreachableError("reset"))
    assert caught.value.partial == "a"
    with pytest.raises(EndpointTimeoutError) as late:
        pieces.broke(EndpointTimeoutError("late"))
    assert late.value.partial == "a"
    list(pieces.feed(b"".join(sse(text_event("b", "stop"), done=False))))
    pieces.broke(UnreachableError("reset"))


def test_odd_chat_events() -> None:
    stream = sse(
        delta_event(role="assistant", content=""),
        delta_event(content=None),
        delta_event(content="a"),
        {"choices": []},
        {"choices": [{"index": 0}]},
        delta_event("stop", content="b"),
        {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}},
    )
    assert text(*stream, read=chat_chunk) == "ab"
    pieces = Chunks(chat_chunk)
    messages = [piece.message for chunk in stream for piece in pieces.feed(chunk)]
    whole = messages[0]
    for message in messages[1:]:
        whole = whole + message
    assert whole.usage_metadata == {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    assert whole.response_metadata == {"finish_reason": "stop", "model": "m"}
    assert whole.id == "c1"


def test_tool_calls_come_in_pieces() -> None:
    stream = sse(
        delta_event(tool_calls=[{"index": 0, "id": "1", "function": {"name": "f", "arguments": ""}}]),
        delta_event(tool_calls=[{"index": 0, "function": {"arguments": '{"x"'}}, "odd"]),
        delta_event("tool_calls", tool_calls=[{"index": 0, "function": {"arguments": ": 1}"}}]),
    )
    pieces = Chunks(chat_chunk)
    first, *rest = [piece.message for chunk in stream for piece in pieces.feed(chunk)]
    for message in rest:
        first = first + message
    assert [(each["name"], each["args"], each["id"]) for each in first.tool_calls] == [("f", {"x": 1}, "1")]


def test_the_last_piece_of_a_completion_carries_reason_and_usage() -> None:
    event = {**text_event("", "length"), "usage": {"total_tokens": 3}}
    chunk = completion_chunk(event)
    assert chunk
    assert chunk.generation_info == {"finish_reason": "length", "usage": {"total_tokens": 3}}
    assert completion_chunk({"choices": [{"text": None}]}) is None
