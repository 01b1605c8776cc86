"""Bytes that come late, bit by bit, or not at all."""

import pytest
from pydantic import ValidationError

from azureml_emulator.faults import Truncated, connection
from azureml_emulator.wire import End

LATENCY = {"type": "tokens", "first_ms": 100, "gap_ms": 10}


@pytest.mark.parametrize(("at", "head"), [("before", 0), ("during", 20), ("after", None)])
def test_reset(strike, at, head):
    struck = strike({"type": "reset", "at": at}, latency=250)
    assert struck.reply.end == End(0.25, reset=True, head=head)
    assert struck.body == b""
    assert struck.reply.exchange.seconds == 0.25


@pytest.mark.parametrize("share", [0, 0.25, 0.999])
@pytest.mark.parametrize("streamed", [True, False])
def test_truncated(strike, stream, share, streamed):
    fault = {"type": "truncated", "share": share}
    struck = strike(fault, "chat", stream if streamed else None, latency=LATENCY)
    size = int(len(struck.clean.body) * share)
    assert struck.body == struck.clean.body[:size]
    assert struck.reply.end is not None
    assert not struck.reply.end.reset
    assert struck.reply.headers == struck.clean.headers  # the length that is promised, too
    assert struck.reply.writes[0][0] == struck.clean.writes[0][0]


def test_what_is_truncated_lacks_something():
    with pytest.raises(ValidationError, match="share"):
        Truncated(share=1.0)


def test_truncated_by_a_reset(strike):
    assert strike({"type": "truncated", "reset": True}).reply.end.reset


@pytest.mark.parametrize("fault", ["truncated", "slow_body", "trickle"])
def test_without_a_body_there_is_nothing_to_spoil(strike, fault):
    assert strike([{"type": "status", "status": 429}, fault]).felt == ("status",)
    assert strike(["reset", fault]).felt == ("reset",)


@pytest.mark.parametrize("by", [1, -3, -(10**9)])
def test_wrong_length(strike, by):
    struck = strike({"type": "wrong_length", "by": by})
    assert int(struck.headers["content-length"]) == max(0, len(struck.body) + by)
    assert struck.body == struck.clean.body
    assert struck.reply.end == End(0.0)
    assert strike({"type": "wrong_length", "by": by, "keeps_open": True}).reply.end is None


def test_a_right_length_is_no_fault(strike, stream):
    assert strike({"type": "wrong_length", "by": 0}).untouched
    assert strike("wrong_length", "chat", stream).untouched


def test_the_body_is_slow_and_the_head_is_not(strike):
    struck = strike({"type": "slow_body", "ms": 1500.5}, latency=250)
    assert struck.reply.writes == ((0.25, b""), (1.7505, struck.clean.body))
    assert struck.headers == dict(struck.clean.headers)
    assert struck.reply.exchange.seconds == 1.7505


def test_a_stream_is_slow_as_a_whole(strike, stream):
    struck = strike({"type": "slow_body", "ms": 1000}, "chat", stream, latency=LATENCY)
    head, *rest = struck.reply.writes
    assert head == (0.1, b"")
    assert [(round(due - 1, 6), data) for due, data in rest] == [
        (round(due, 6), data) for due, data in struck.clean.writes
    ]


def test_what_takes_too_long_is_cut_off_all_the_same(strike, stream):
    """The door's timeout cut the stream before; what the fault makes later than that is lost."""
    settings = {"latency": LATENCY, "request_settings": {"request_timeout_ms": 115}}
    clean = strike([], "chat", stream, **settings).reply
    assert clean.end == End(0.115)
    struck = strike({"type": "slow_body", "ms": 12}, "chat", stream, **settings).reply
    assert struck.end == End(0.115)
    assert struck.writes[0] == (0.1, b"")
    assert max(due for due, _ in struck.writes) <= 0.115
    assert clean.body.startswith(struck.body)
    assert struck.body != clean.body


def test_trickle(strike):
    struck = strike({"type": "trickle", "size": 7, "gap_ms": 3}, latency=100)
    writes = struck.reply.writes
    assert struck.body == struck.clean.body
    assert {len(data) for _, data in writes[:-1]} == {7}
    assert [round(due, 6) for due, _ in writes] == [round(0.1 + 0.003 * at, 6) for at in range(len(writes))]
    assert struck.headers == dict(struck.clean.headers)


def test_a_trickling_stream_is_never_early(strike, stream):
    struck = strike({"type": "trickle", "size": 50, "gap_ms": 1}, "chat", stream, latency=LATENCY)
    arrived = {}
    for due, data in struck.reply.writes:
        arrived[len(arrived)] = due
        assert data
    assert struck.body == struck.clean.body
    assert struck.reply.seconds >= struck.clean.seconds
    assert list(arrived.values()) == sorted(arrived.values())


def test_a_long_answer_trickles_in_so_many_pieces(strike, monkeypatch):
    monkeypatch.setattr(connection, "MOST_PIECES", 10)
    struck = strike({"type": "trickle", "size": 1})
    assert len(struck.reply.writes) <= 10
    assert struck.body == struck.clean.body
