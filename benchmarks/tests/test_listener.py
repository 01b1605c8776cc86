"""An answer is heard alike however it is cut: when its events are whole, how many came at once, what they say."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_bench.listener import Stream, Whole
from azureml_bench.outcome import OK, PARSE, TRUNCATED
from azureml_bench.sample import Content
from azureml_bench.shape import known, own

CHAT = known("chat")


def event(text: str | None, **more: object) -> bytes:
    delta = {"role": "assistant"} if text is None else {"content": text}
    return b"data: " + json.dumps({"choices": [{"delta": delta}], **more}, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
WORDS = ["two ", "wörds ", "and ", "日本"]
EVENTS = [event(None), *map(event, WORDS)]
USAGE = event("", usage={"prompt_tokens": 3, "completion_tokens": 9, "total_tokens": 12})


def heard(pieces: list[tuple[int, bytes]], shape: str = "chat") -> Stream:
    stream = Stream(known(shape))
    for at, data in pieces:
        stream.feed(data, at)
    return stream


@settings(max_examples=50)
@given(st.lists(st.integers(0, 400), max_size=30))
def test_events_count_when_their_last_byte_is_there(cuts: list[int]) -> None:
    whole = b"".join([*EVENTS, USAGE, DONE])
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    stream = heard([(end, whole[begin:end]) for begin, end in pairwise(places)])
    assert stream.end() is OK
    expected: dict[int, int] = {}
    reached = len(EVENTS[0])
    for one in EVENTS[1:]:
        reached += len(one)
        at = next(place for place in places if place >= reached)
        expected[at] = expected.get(at, 0) + 1
    assert stream.contents == [Content(*one) for one in expected.items()]
    assert stream.characters == len("".join(WORDS))
    assert stream.usage == (3, 9)


def test_a_role_and_a_comment_are_no_content() -> None:
    stream = heard([(1, event(None)), (2, b": ping\n\n"), (3, event("")), (4, event("word")), (5, DONE)])
    assert stream.contents == [Content(4, 1)]


@pytest.mark.parametrize("ending", [b"\n\n", b"\r\n\r\n", b"\r\r"])
def test_every_end_of_line_ends_an_event(ending: bytes) -> None:
    pieces = [(at, one.removesuffix(b"\n\n") + ending) for at, one in enumerate([*EVENTS, DONE])]
    stream = heard(pieces)
    assert stream.end() is OK
    assert [one.at for one in stream.contents] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("pieces", "outcome"),
    [
        ([*EVENTS, DONE], OK),
        (EVENTS, TRUNCATED),
        ([event(None), DONE], PARSE),
        ([*EVENTS, b"data: {oh\n\n", DONE], PARSE),
        ([*EVENTS, b'data: {"error": {"message": "it died"}}\n\n', DONE], PARSE),
        ([*EVENTS, b'data: {"error": null}\n\n', DONE], OK),
        ([*EVENTS, b"data: \xff\n\n", DONE], PARSE),
        ([*EVENTS[:-1], EVENTS[-1] + DONE.strip()], OK),
        ([b"[" * 100_000, b"\n\n", DONE], PARSE),
        ([], TRUNCATED),
    ],
)
def test_how_a_stream_ends(pieces: list[bytes], outcome: object) -> None:
    assert heard(list(enumerate(pieces))).end() is outcome


def test_what_the_end_completes_came_with_the_last_read() -> None:
    shape = own({"stream": True}, {"--prompt-at": "", "--text-at": "$.t", "--delta-at": "$.d"})
    stream = Stream(shape)
    stream.feed(b'data: {"d": "all', 7)
    stream.feed(b' of it"}', 9)
    assert (stream.end(), stream.contents, stream.characters) == (OK, [Content(9, 1)], 9)


@pytest.mark.parametrize(
    ("said", "outcome", "characters"),
    [
        (b'[{"0": "four"}]', OK, 4),
        (b'[{"0": 4}]', PARSE, 0),
        (b"[]", PARSE, 0),
        (b'"four"', PARSE, 0),
        (b"<html>", PARSE, 0),
        (b"\xff", PARSE, 0),
        (b"[" * 100_000, PARSE, 0),
    ],
)
def test_a_whole_answer(said: bytes, outcome: object, characters: int) -> None:
    whole = Whole(known("gpt2"))
    for at, byte in enumerate(said):
        whole.feed(bytes([byte]), at)
    assert (whole.end(), whole.characters, whole.contents) == (outcome, characters, [])


def test_tokens_are_the_servers_where_it_counts_them() -> None:
    whole = Whole(CHAT)
    answer = {"choices": [{"message": {"content": "hi"}}], "usage": {"prompt_tokens": 4, "completion_tokens": 2}}
    whole.feed(json.dumps(answer).encode(), 0)
    assert (whole.end(), whole.usage) == (OK, (4, 2))
