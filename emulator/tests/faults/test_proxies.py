"""What stands between: gateways, buffers, clocks."""

from email.utils import parsedate_to_datetime

import pytest

LATENCY = {"type": "tokens", "first_ms": 100, "gap_ms": 10}


@pytest.mark.parametrize("status", [200, 502, 504])
def test_a_gateway_s_page(strike, stream, status):
    for body in (None, stream):
        struck = strike({"type": "html_page", "status": status}, "chat", body, latency=50)
        assert struck.reply.status == struck.reply.exchange.status == status
        assert struck.headers == {
            "server": "Microsoft-Azure-Application-Gateway/v2",
            "date": dict(struck.clean.headers)["date"],
            "content-type": "text/html",
            "content-length": str(len(struck.body)),
        }
        assert struck.body.startswith(b"<html>")
        assert not struck.reply.chunked
        assert struck.reply.seconds == 0.05


def test_a_buffer_gives_all_at_once(strike, stream):
    struck = strike("buffered", "chat", stream, latency=LATENCY)
    assert struck.reply.writes == ((struck.clean.seconds, struck.clean.body),)
    assert struck.reply.chunked


def test_characters_are_split_and_nothing_is_lost(strike, stream):
    struck = strike({"type": "split_character", "gap_ms": 2}, "chat", stream, latency=LATENCY)
    assert struck.body == struck.clean.body
    broken = [place for place, (_, data) in enumerate(struck.reply.writes) if data[-1] >= 0xC2]
    assert len(broken) == len(struck.reply.writes) - len(struck.clean.writes) >= 1
    assert [struck.reply.writes[place + 1][0] - struck.reply.writes[place][0] for place in broken] == pytest.approx(
        [0.002] * len(broken)
    )
    times = [due for due, _ in struck.reply.writes]
    assert times == sorted(times)
    assert struck.reply.seconds >= struck.clean.seconds


def test_ascii_has_nothing_to_split(strike):
    body = {"messages": [{"role": "user", "content": "plain"}], "stream": True}
    assert strike("split_character", "chat", body).untouched


@pytest.mark.parametrize("seconds", [-300, 0.5, 86400.0])
def test_the_clock_is_off(strike, seconds):
    struck = strike({"type": "clock_skew", "seconds": seconds})
    was, told = (parsedate_to_datetime(dict(one.headers)["date"]) for one in (struck.clean, struck.reply))
    assert (told - was).total_seconds() == int(seconds)
    assert struck.body == struck.clean.body
    assert (struck.felt == ("clock_skew",)) == (seconds >= 1 or seconds < 0)


def test_every_date_is_off(strike):
    busy = {"type": "status", "status": 429, "retry_after": {"type": "date", "after_s": 10}}
    headers = strike([busy, {"type": "clock_skew", "seconds": 60}]).headers
    date, retry = (parsedate_to_datetime(headers[name]) for name in ("date", "retry-after"))
    assert 10 <= (retry - date).total_seconds() <= 11
