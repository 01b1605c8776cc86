"""Recorded on a socket, replayed on a socket: nothing but the date and the time differ."""

import json
import socket

import pytest

from azureml_emulator.emulator import Emulator
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.recording.cassette import Cassette
from azureml_emulator.recording.replay import Replay
from contract_tests.recordings import Told, ask, read, recording

pytestmark = pytest.mark.slow

KEY = "the-real-key/of+this-endpoint=="
JSON = ("Content-Type", "application/json")
CHAT = {"messages": [{"role": "user", "content": "Grüße, wie geht es dir heute?"}], "stream": True}


def replayed(file, asked, **settings):
    """What a replay of a cassette answers to requests, one after the other."""
    replay = Replay(Cassette.load(str(file)), **settings)
    with Emulator([Endpoint("r", replay=replay)]) as emulator:
        port = int(emulator["r"].base_url.rpartition(":")[2])
        return [ask(port, **one) for one in asked]


REQUESTS = [
    {"target": "/chat/completions", "body": json.dumps(CHAT).encode()},
    {"target": "/chat/completions", "body": json.dumps({**CHAT, "stream": False}).encode()},
    {"target": "/chat/completions", "body": b"{"},
    {"target": "/chat/completions", "body": json.dumps({**CHAT, "stream": False}).encode()},
    {"target": "/nowhere?a=%2Fb&c=+", "body": b"\xff"},
    {"method": "GET", "target": "/info", "body": b""},
    {"method": "HEAD", "target": "/info", "body": b""},
]


def test_another_emulator_is_replayed_to_the_byte(tmp_path):
    latency = {"type": "tokens", "first_ms": 30, "gap_ms": 5}
    file = tmp_path / "c.jsonl"
    with Emulator([Endpoint("chat", schema="chat", key=KEY, latency=latency)]) as emulator:
        with recording(emulator["chat"].base_url, file, KEY) as recorder:
            first = [ask(recorder.port, **one) for one in REQUESTS]
        assert [exchange.status for exchange in emulator.calls] == [200, 200, 422, 200, 404, 200, 405]
    assert KEY not in file.read_text(encoding="utf-8")
    again = replayed(file, REQUESTS)
    for once, twice in zip(first, again, strict=True):
        assert {name.lower(): one for name, one in twice.dateless().headers} == {
            name.lower(): one for name, one in once.dateless().headers
        }
        assert (twice.status, twice.chunks, twice.complete) == (once.status, once.chunks, once.complete)
    assert len(first[0].chunks) > 5
    assert again[1] != again[3]  # the same request, recorded twice, with ids of its own
    unhurried = replayed(file, REQUESTS, speed=0)
    assert [one.chunks for one in unhurried] == [one.chunks for one in first]


def test_times_are_those_of_the_endpoint(tmp_path):
    file = tmp_path / "c.jsonl"
    latency = {"type": "tokens", "first_ms": 120, "gap_ms": 30}
    with (
        Emulator([Endpoint("chat", schema="chat", key=KEY, latency=latency)]) as emulator,
        recording(emulator["chat"].base_url, file, KEY) as recorder,
    ):
        ask(recorder.port, **REQUESTS[0])
    (one,) = Cassette.load(str(file)).interactions
    times = [at for at, _ in one.response.chunks]
    assert 0.12 <= times[0] < 1
    assert times[-1] - times[0] >= 0.03 * (len(times) - 5)
    assert any(round(at, 3) != at for at in times)
    engine = Emulator([Endpoint("r", replay=Replay(Cassette.load(str(file)), speed=2))]).engine
    tape = engine.directory["r"]._containers["default"]._tape
    assert [due for due, data in tape.result(one.response).writes if data] == [at / 2 for at in times]


HEAD = b"HTTP/1.1 200 Fine\r\nX-Odd: a\r\nX-odd: b\r\nContent-Type: text/plain\r\n"

SAID = {
    "length": (HEAD + b"Content-Length: 4\r\n\r\n", b"ab", b"cd"),
    "chunked": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        b"1\r\n\xc3\r\n",
        b"1\r\n\xa4\r\n2\r\nhi\r\n",
        b"0\r\n\r\n",
    ),
    "close": (HEAD + b"Connection: close\r\n\r\n", b"ab", b"cd"),
    "empty": (b"HTTP/1.1 204 No Content\r\n\r\n",),
    "cut length": (HEAD + b"Content-Length: 9\r\n\r\n", b"ab", b"cd"),
    "cut chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"2\r\nab\r\n"),
    "reset": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"2\r\nab\r\n", None),
}


@pytest.mark.parametrize("kind", SAID)
def test_every_way_to_end_is_passed_on_recorded_and_replayed(tmp_path, kind):
    with Told(*SAID[kind]) as upstream, recording(upstream.url, tmp_path / "c.jsonl") as recorder:
        first = ask(recorder.port)
    wanted = read(b"".join(filter(None, SAID[kind])))
    phrase = {"HTTP/1.1 200 Fine": "HTTP/1.1 200 OK"}
    assert (first.status, first.headers, first.body) == (wanted.status, wanted.headers, wanted.body)
    assert first.complete == ("cut" not in kind and kind != "reset")
    (recorded,) = recorder.interactions
    assert recorded.response.end == ("reset" if kind == "reset" else "cut" if "cut" in kind else "complete")
    (again,) = replayed(tmp_path / "c.jsonl", [{}])
    assert again._replace(headers=[]) == first._replace(
        headers=[], status=phrase.get(first.status, first.status), chunks=again.chunks
    )
    assert again.body == first.body
    assert {one for one in again.headers if one[0] != "transfer-encoding"} == {
        one for one in first.headers if one[0] != "Transfer-Encoding"
    }
    if kind == "chunked":
        assert [data for _, data in recorded.response.chunks] == [b"\xc3", b"\xa4", b"hi"] == again.chunks


def test_a_stream_is_passed_on_as_it_comes(tmp_path):
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    with (
        Told(head, b"2\r\nab\r\n", b"2\r\ncd\r\n", gap=30) as upstream,
        recording(upstream.url, tmp_path / "c.jsonl") as recorder,
        socket.create_connection(("127.0.0.1", recorder.port), timeout=20) as caller,
    ):
        caller.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        received = b""
        while b"\r\n\r\n" not in received:
            received += caller.recv(999)
        assert b"ab" not in received
        upstream.gap.set()
        while b"cd" not in received:
            received += caller.recv(999)
    assert recorder.interactions[0].response.end in ("cut", "left")


def test_requests_go_upstream_as_they_come(tmp_path):
    sent = [
        ("X-Odd", "\xc3\xa4"),
        ("x-odd", "2"),
        ("Content-Type", "application/x-odd"),
        ("Content-Encoding", "gzip"),
        ("Keep-Alive", "timeout=5"),
        ("Accept-Encoding", "br, gzip;q=0.5"),
        ("Cookie", "a=b"),
    ]
    with (
        Told(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as upstream,
        recording(upstream.url, tmp_path / "c.jsonl") as recorder,
    ):
        ask(recorder.port, "PATCH", "/a%2fb/../c;d?x=%20+&y", b"\x1f\x8bodd", sent)
    (heard,) = upstream.heard
    head, _, body = heard.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    assert first == b"PATCH /a%2fb/../c;d?x=%20+&y HTTP/1.1"
    assert body == b"\x1f\x8bodd"
    assert sorted(lines) == sorted(
        [
            *(f"Host: 127.0.0.1:{upstream.port}".encode(), "X-Odd: \xe4".encode(), b"X-Odd: 2"),
            *(b"Content-Type: application/x-odd", b"Content-Encoding: gzip", b"Content-Length: 5", b"Cookie: a=b"),
            b"Accept-Encoding: gzip;q=0.5",
        ]
    )
    assert recorder.told == ["not recorded, lest a key be: it is not compressed as its content-encoding says"]


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ([], [("Authorization", f"Bearer {KEY}")]),
        ([("authorization", "Bearer dummy-key")], [("Authorization", f"Bearer {KEY}")]),
        ([("api-key", "dummy-key")], [("api-key", KEY), ("Authorization", f"Bearer {KEY}")]),
    ],
)
def test_the_key_takes_the_place_of_the_callers(tmp_path, sent, wanted):
    answer = b"HTTP/1.1 401 No\r\nX-Echo: %b\r\nContent-Length: %d\r\n\r\nno %b" % (
        KEY.encode(),
        len(KEY) + 3,
        KEY.encode(),
    )
    with Told(answer) as upstream, recording(upstream.url, tmp_path / "c.jsonl", KEY) as recorder:
        assert ask(recorder.port, headers=sent, body=f"it is {KEY}".encode()).body == f"no {KEY}".encode()
    lines = upstream.heard[0].decode().partition("\r\n\r\n")[0].split("\r\n")
    keys = [line for line in lines if line.lower().startswith(("api-key", "authorization"))]
    assert keys == [f"{name}: {value}" for name, value in wanted]
    text = (tmp_path / "c.jsonl").read_text(encoding="utf-8")
    assert KEY not in text
    assert "dummy-key" not in text
    assert "*" * len(KEY) in text


def test_without_a_key_the_callers_own_goes_upstream_and_is_not_recorded(tmp_path):
    with (
        Told(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as upstream,
        recording(upstream.url, tmp_path / "c.jsonl") as recorder,
    ):
        ask(recorder.port, headers=[("Authorization", "Bearer my-own-key")])
    assert b"Authorization: Bearer my-own-key" in upstream.heard[0]
    assert "my-own-key" not in (tmp_path / "c.jsonl").read_text(encoding="utf-8")


def refused():
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


@pytest.mark.parametrize(("scheme", "reason"), [("http", "onnect"), ("https", "onnect")])
def test_an_upstream_that_is_not_there_is_a_502_of_our_own(tmp_path, scheme, reason):
    with recording(f"{scheme}://127.0.0.1:{refused()}", tmp_path / "c.jsonl", KEY) as recorder:
        answer = ask(recorder.port)
    assert answer.status == "HTTP/1.1 502 Bad Gateway"
    message = json.loads(answer.body)["error"]["message"]
    assert message.startswith(f"azureml-emulator record: no answer from {scheme}://127.0.0.1:")
    assert reason in message
    assert (tmp_path / "c.jsonl").read_bytes() == b""
    assert recorder.told[0].startswith("POST: 502, not recorded: ")


@pytest.mark.parametrize("said", [(), (b"no HTTP at all\r\n\r\n",), (None,)])
def test_an_upstream_that_speaks_no_http_is_a_502_too(tmp_path, said):
    with Told(*said) as upstream, recording(upstream.url, tmp_path / "c.jsonl") as recorder:
        assert ask(recorder.port).status == "HTTP/1.1 502 Bad Gateway"
    assert (tmp_path / "c.jsonl").read_bytes() == b""


@pytest.mark.parametrize(
    ("said", "status"),
    [((), "HTTP/1.1 502 Bad Gateway"), ((HEAD + b"Content-Length: 4\r\n\r\n", b"a"), "HTTP/1.1 200 Fine")],
)
def test_a_silent_upstream_is_not_recorded(tmp_path, said, status):
    with Told(*said, b"", gap=3) as upstream, recording(upstream.url, tmp_path / "c.jsonl", timeout=0.2) as recorder:
        answer = ask(recorder.port)
        upstream.gap.set()
    assert answer.status == status
    assert answer.complete == (not said)
    assert (tmp_path / "c.jsonl").read_bytes() == b""


def test_cassettes_are_added_to(tmp_path):
    for mode, count in (("new", 1), ("append", 2), ("overwrite", 1)):
        with (
            Told(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as upstream,
            recording(upstream.url, tmp_path / "c.jsonl", mode=mode) as recorder,
        ):
            ask(recorder.port)
        assert len(recorder.interactions) == count
        assert recorder.told[0].endswith(f"c.jsonl:{count}")
