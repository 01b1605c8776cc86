"""Streams whose events go wrong."""

import json

import pytest

LATENCY = {"type": "tokens", "first_ms": 100, "gap_ms": 10}
DONE = b"data: [DONE]"
STREAMED = {"chat": 0, "cohere-chat-v2": 0, "tgi-stream": 0}
KINDS = ["error_event", "stream_cut", "duplicated_chunks", "reordered_chunks", "buffered", "split_character"]


@pytest.mark.parametrize("fault", KINDS)
def test_an_answer_that_is_no_stream_is_not_struck(strike, fault):
    assert strike(fault).untouched
    assert strike(fault, "chat").untouched


@pytest.mark.parametrize("fault", KINDS)
def test_a_stream_that_was_reset_before_is_not_struck_again(strike, stream, fault):
    assert "reset" in strike(["reset", fault], "chat", stream).felt


@pytest.mark.parametrize(("after", "left"), [(0, 0), (0.5, 0.5), (1, 1)])
def test_an_error_in_mid_stream(strike, stream, after, left):
    struck = strike({"type": "error_event", "after": after, "message": "the engine died"}, "chat", stream)
    *events, error, end = struck.events
    clean = struck.clean.body.split(b"\n\n")[:-2]
    assert events == clean[: min(int(len(clean) * left), len(clean) - 1)]
    told = {"message": "the engine died", "type": "InternalServerError", "param": None, "code": 500}
    assert json.loads(error.removeprefix(b"data: ")) == {"error": told}
    assert end == DONE
    assert struck.reply.status == 200


def test_an_error_is_framed_as_its_stream_is(strike):
    body = {"inputs": "one two three", "parameters": {"max_new_tokens": 3}}
    struck = strike({"type": "error_event"}, "tgi-stream", body)
    assert struck.felt == ("error_event",)
    assert json.loads(struck.events[-1].removeprefix(b"data:"))["error"]["code"] == 500


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_a_stream_cut_short_looks_complete(strike, stream, share):
    struck = strike({"type": "stream_cut", "share": share}, "chat", stream, latency=LATENCY)
    clean = struck.clean.body.split(b"\n\n")[:-2]
    assert struck.events == clean[: min(int(len(clean) * share), len(clean) - 1)]
    assert struck.reply.end is None
    assert struck.reply.chunked
    assert struck.felt == ("stream_cut",)


@pytest.mark.parametrize("share", [0, 0.3, 1])
def test_some_events_come_twice(strike, stream, share):
    struck = strike({"type": "duplicated_chunks", "share": share}, "chat", stream)
    clean, events = struck.clean.body.split(b"\n\n")[:-1], struck.events
    assert len(clean) < len(events) <= 2 * len(clean) - 1
    assert [one for at, one in enumerate(events) if at == 0 or one != events[at - 1]] == clean
    assert events.count(DONE) == 1
    if share == 1:
        assert len(events) == 2 * len(clean) - 1


@pytest.mark.parametrize("share", [0, 0.3, 1])
def test_some_events_change_places(strike, stream, share):
    struck = strike({"type": "reordered_chunks", "share": share}, "chat", stream, latency=LATENCY)
    clean = struck.clean.body.split(b"\n\n")[:-1]
    assert struck.events != clean
    assert sorted(struck.events) == sorted(clean)
    assert struck.events[-1] == DONE
    assert [due for due, _ in struck.reply.writes] == [due for due, _ in struck.clean.writes]


@pytest.mark.parametrize("fault", ["duplicated_chunks", "reordered_chunks"])
def test_request_and_seed_decide_which(strike, stream, fault):
    def events(seed):
        return strike({"type": fault, "share": 0.3}, "chat", stream, seed=seed).events

    def places(seed):
        return [json.loads(one[6:])["choices"][0]["delta"] for one in events(seed) if one != DONE]

    assert events(1) == events(1)
    assert len({json.dumps(places(seed)) for seed in range(8)}) > 1
