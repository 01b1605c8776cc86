"""The recorded endpoint's address, and what goes there."""

import pytest

from azureml_emulator.errors import ConfigError
from azureml_emulator.recording.upstream import Upstream, asked, forwarded, key_in

KEY = "the-endpoint's-real-key"


@pytest.mark.parametrize(
    ("address", "target", "wanted"),
    [
        ("https://a.b", "/score?x=%20+", "https://a.b/score?x=%20+"),
        ("https://a.b/", "/score", "https://a.b/score"),
        ("https://a.b/score", "/score", "https://a.b/score"),
        ("https://a.b/models", "/chat/completions", "https://a.b/models/chat/completions"),
        ("https://a.b/models", "/models/chat/completions", "https://a.b/models/chat/completions"),
        ("https://a.b/models", "/modelsx", "https://a.b/models/modelsx"),
        ("http://[::1]:8080", "//x", "http://[::1]:8080//x"),
    ],
)
def test_a_prefix_stands_before_paths_that_do_not_have_it(address, target, wanted):
    assert Upstream.of(address).url(target) == wanted


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("a.b", "expected http://... or https://..., not 'a.b'"),
        ("ftp://a.b", "expected http"),
        ("http://", "expected http"),
        ("http://a.b:x", "Port could not be cast"),
        ("http://[a", "IPv6"),
        (f"http://me:{KEY}@a.b", "expected no name and password"),
        (f"http://{KEY}@a.b", "expected no name and password"),
        (f"http://a.b?key={KEY}", "expected an address without a query"),
    ],
)
def test_what_is_no_address_is_told_without_its_secrets(address, reason):
    with pytest.raises(ConfigError) as told:
        Upstream.of(address)
    assert reason in str(told.value)
    assert str(told.value).startswith("--upstream: ")
    assert KEY not in str(told.value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "MY_KEY is not set"),
        (" \n", "MY_KEY is empty"),
        ("two words", "characters that no key has"),
        ("schlüssel", "characters that no key has"),
        ("short", "less than 8 characters"),
        ("**********", "less than 8 characters"),
    ],
)
def test_what_is_no_key_is_told_without_it(value, reason):
    with pytest.raises(ConfigError) as told:
        key_in("MY_KEY", value)
    assert reason in str(told.value)
    assert (value or "-").strip() in ("", "-") or value not in str(told.value)


def test_a_key_may_end_with_its_line():
    assert key_in("MY_KEY", f"{KEY}\n") == KEY


def test_what_is_between_neighbours_stays_there():
    sent = (("Connection", "close, X-Hop"), ("x-hop", "1"), ("TE", "trailers"), ("Keep-Alive", "5"), ("X-Kept", "1"))
    assert forwarded(sent) == (("X-Kept", "1"),)


def test_the_key_goes_wherever_the_caller_sent_one():
    sent = (("Host", "me"), ("authorization", "Basic x"), ("Api-Key", "dummy"), ("A", "1"), ("a", "2"))
    bearer = ("Authorization", f"Bearer {KEY}")
    assert asked(sent, KEY) == (("Api-Key", KEY), ("A", "1"), ("A", "2"), bearer)
    assert asked(sent, None) == (("authorization", "Basic x"), ("Api-Key", "dummy"), ("A", "1"), ("A", "2"))


@pytest.mark.parametrize(
    ("accepted", "wanted"),
    [("gzip, br", "gzip"), ("br, zstd", "identity"), ("GZIP;q=1, deflate", "GZIP;q=1, deflate")],
)
def test_only_encodings_that_can_be_looked_into_are_asked_for(accepted, wanted):
    assert asked((("Accept-Encoding", accepted),), None) == (("Accept-Encoding", wanted),)


def test_the_loopback_is_never_proxied(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://proxy:1")
    monkeypatch.setenv("http_proxy", "http://proxy:1")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert Upstream.of("https://a.b").proxy == "http://proxy:1"
    assert [Upstream.of(f"http://{host}").proxy for host in ("127.0.0.1", "localhost", "[::1]", "x.localhost")] == [
        None
    ] * 4
    assert Upstream.of("https://inside.example").proxy is None
