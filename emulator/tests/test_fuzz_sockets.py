"""Whatever bytes arrive at a port, the server answers or closes, shows no traceback and no key, and serves on."""

import gzip
import json
import logging
import re
import socket
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_emulator.emulator import Emulator
from azureml_emulator.endpoint import Endpoint
from emulator.tests.damage import FUZZING, GOOD_KEY, HUNT

KEY = GOOD_KEY.removeprefix("Bearer ").encode()
GPT2 = json.dumps({"inputs": {"input_string": ["hello"]}}).encode()
CHAT = json.dumps({"messages": [{"role": "user", "content": "hello"}], "stream": True}).encode()
LATE = 10.0
"""Seconds after which a server that neither answers nor closes is hanging."""
QUIET = 0.04
"""Seconds of silence after which it has said what it has to say."""

LINES = [b"POST /score HTTP/1.1"] * 6
LINES += [b"POST /chat/completions HTTP/1.1", b"POST /chat/score HTTP/1.1", b"POST /gpt2/score HTTP/1.0"] * 2
LINES += [
    b"POST /score HTTP/" + one for one in (b"0.9", b"1.2", b"2.0", b"9.9", b"1", b"1.1.1", b"x.y", b"-1.1", b"")
]
LINES += [
    one + b" /score HTTP/1.1" for one in (b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PRI", b"CONNECT", b"p\xc3st", b"")
]
TARGETS = [b"*", b"/", b"", b"//", b"score", b"?", b"/score?a=%ff&b=%", b"/sc%6Fre", b"/score%00", b"/%2e%2e/score"]
TARGETS += [
    b"/../score",
    b"/score#x",
    b"http://127.0.0.1/score",
    b"http://gpt2.localhost/score",
    b"http://[::x/score",
]
TARGETS += [
    b"http://u:p@h:99999/score",
    b"/\xc3\xa9",
    b"/\xff\xfe",
    b"/a b",
    b"/" + b"a" * 9000,
    b"/%",
    b"/%zz",
    b"x:y",
]
TARGETS += [
    b"/_emulator" + one for one in (b"", b"/", b"/health", b"/calls", b"/%63alls", b"/reset", b"/calls?limit=-1")
]
TARGETS += [b"/_emulator/calls?limit=%F0%9D%9F%98", b"/_emulator/calls?limit=%ff", b"/_emulator/calls?endpoint=%00"]
TARGETS += [b"/swagger.json?version=" + one for one in (b"2", b"3.1", b"%ff")]
TARGETS += [b"/subscriptions", b"/subscriptions/x/resourceGroups/%ff/providers?api-version=%00", b"/" + KEY]
LINES += [method + b" " + one + b" HTTP/1.1" for one in TARGETS for method in (b"GET", b"POST")]
LINES += [
    b"",
    b"\x00",
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"PRI * HTTP/2.0\r\n\r\nSM",
    b"garbage",
    b"GET\t/\tHTTP/1.1",
    b"HTTP/1.1 200 OK",
]

KEYED = b"Authorization: " + GOOD_KEY.encode()
JSON_TYPE = b"Content-Type: application/json"
ODD_HEADERS = [b"Connection: close", b"Connection: keep-alive", b"Expect: 100-continue", b"Expect: 200-ok", b"Host:"]
ODD_HEADERS += [b"Connection: upgrade\r\nUpgrade: " + one for one in (b"websocket", b"h2c", b"TLS/1.0", b"")]
ODD_HEADERS += [b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA=="]
ODD_HEADERS += [
    b"Host: " + one for one in (b"gpt2.localhost", b"a:b:c", b"[::1", b"\xff", b"x\r\nHost: y", b"gpt2.localhost:x")
]
ODD_HEADERS += [
    b"X: " + b"a" * 9000,
    b"X: \x00",
    b"X: \xff",
    b": x",
    b"X",
    b"X : y",
    b" folded",
    b"X: a\r\n b",
    b"X:\ny: z",
]
ODD_HEADERS += [b"\r\n".join(b"X%d: y" % n for n in range(300)), b"Transfer-Encoding: gzip, chunked", b"TE: trailers"]
ODD_HEADERS += [
    b"Cookie: " + b"a=b;" * 50,
    b"Range: bytes=5-1",
    b"If-Modified-Since: x",
    b"Content-Type: \xff",
    KEYED + b"x",
]
ODD_HEADERS += [b"x-ms-client-request-id: " + one for one in (b"a" * 400, b"\xff", b"")]
ODD_HEADERS += [b"azureml-model-deployment: " + one for one in (b"default", b"\xff", b"nope")]
LENGTHS = [
    b"-1",
    b"+5",
    b"0x5",
    b"5, 5",
    b"1e3",
    b"9" * 30,
    b"",
    b"5\r\nContent-Length: 6",
    b"\xd9\xa3",
    b"5 5",
    b"0",
]
CHUNKED = [
    b"%x\r\n" % len(GPT2) + GPT2 + b"\r\n0\r\n\r\n",
    b"%x;a=b\r\n" % len(GPT2) + GPT2 + b"\r\n0\r\nT: x\r\n\r\n",
]
CHUNKED += [
    b"zz\r\n",
    b"-5\r\nhello\r\n0\r\n\r\n",
    b"5\r\nhelloworld\r\n0\r\n\r\n",
    b"f" * 30 + b"\r\nx",
    b"0\r\n\r\n",
    b"5\r\nhe",
]
CHUNKED += [
    b"5\nhello\n0\n\n",
    b"0\r\n" + b"T: x\r\n" * 2000 + b"\r\n",
    b"5;" + b"a" * 9000 + b"\r\nhello\r\n0\r\n\r\n",
]
PACKED = [
    (b"gzip", gzip.compress(GPT2)),
    (b"gzip", gzip.compress(bytes(8 << 20))),
    (b"gzip", b"nope"),
    (b"gzip", gzip.compress(GPT2)[:-9]),
    (b"deflate", zlib.compress(GPT2)),
    (b"deflate", b"\x00"),
    (b"br", b"\xff" * 9),
    (b"zstd", b"\x28\xb5\x2f\xfd\xff"),
    (b"gzip, gzip", gzip.compress(gzip.compress(GPT2))),
    (b"\xff", GPT2),
]


@st.composite
def messages(draw):
    """One message, nearly HTTP."""
    one_in_three = st.sampled_from([False, False, True])
    lines = [draw(st.sampled_from(LINES)), b"Host: x", JSON_TYPE]
    if draw(st.sampled_from([True, True, True, False])):
        lines.append(KEYED)
    if draw(one_in_three):
        lines.insert(draw(st.integers(1, len(lines))), draw(st.sampled_from(ODD_HEADERS)))
    body = draw(st.sampled_from([GPT2] * 3 + [CHAT, b"", b"{", b"\xff" * 9, b" " * 70_000]))
    framing = draw(st.integers(0, 9))
    if framing < 5:
        lines.append(b"Content-Length: %d" % (len(body) + draw(st.sampled_from([0, 0, 0, 0, -3, 7]))))
    elif framing == 5:
        lines.append(b"Content-Length: " + draw(st.sampled_from(LENGTHS)))
    elif framing == 6:
        coding, body = draw(st.sampled_from(PACKED))
        lines += [b"Content-Encoding: " + coding, b"Content-Length: %d" % len(body)]
    elif framing > 7:
        lines.append(
            draw(st.sampled_from([b"Transfer-Encoding: chunked"] * 3 + [b"transfer-encoding:\tCHUNKED, chunked"]))
        )
        body = draw(st.sampled_from(CHUNKED))
        if framing == 9 and draw(one_in_three):
            lines.append(b"Content-Length: 5")
    data = draw(st.sampled_from([b"\r\n"] * 9 + [b"\n"])).join([*lines, b"", body])
    return data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 11)) == 11 else data


@st.composite
def dialogues(draw):
    """What is sent, in pieces, and how the caller ends it."""
    data = b"".join(draw(st.lists(messages() | st.binary(max_size=40), min_size=1, max_size=3)))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=3)))
    pieces = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    return pieces, draw(st.sampled_from(["wait"] * 6 + ["half-close", "close", "reset"]))


class Heard(logging.Handler):
    """All that is logged while it listens."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(logging.Formatter().format(record))


@pytest.fixture(scope="module")
def heard():
    handler = Heard()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


@pytest.fixture(scope="module")
def running(heard):
    with Emulator([Endpoint("gpt2", schema="gpt2"), Endpoint("chat", schema="chat")], max_body=1 << 20) as emulator:
        yield emulator


def received(connection, quiet):
    """Read until the server closes, or has been quiet for a while; say which."""
    connection.settimeout(quiet)
    data = b""
    try:
        while part := connection.recv(1 << 16):
            data += part
    except TimeoutError:
        return data, False
    except ConnectionError:
        pass
    return data, True


def spoken(port, pieces, ending):
    """Hold a dialogue, and give what the server said. Raises `AssertionError` if it goes on hanging in there."""
    with socket.create_connection(("127.0.0.1", port), timeout=LATE) as connection:
        try:
            for number, piece in enumerate(pieces):
                if number:
                    time.sleep(0.001)
                connection.sendall(piece)
        except ConnectionError:
            ending = "reset"
        if ending == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        if ending in ("reset", "close"):
            return b""
        quiet = {"wait": QUIET, "answer": LATE}.get(ending)
        data, closed = received(connection, quiet) if quiet else (b"", False)
        if not closed:
            try:
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                return data
            more, closed = received(connection, LATE)
            data += more
        assert closed, f"hangs, after {data[:200]!r}"
        return data


def statuses(data):
    """The statuses of the answers that came, at least of the first."""
    assert data == b"" or data.startswith(b"HTTP/1."), data[:200]
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", data)]


@pytest.mark.parametrize("listener", ["", "gpt2", "chat"])
def test_any_bytes_are_answered_or_hung_up_on(running, heard, listener):
    url = running[listener].base_url if listener else running.url
    port, good = int(url.rpartition(":")[2]), int(running["gpt2"].base_url.rpartition(":")[2])
    asking = b"POST /score HTTP/1.1\r\nHost: x\r\n%s\r\n%s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
    asking %= KEYED, JSON_TYPE, len(GPT2), GPT2

    @settings(FUZZING, max_examples=HUNT // 60 or 10)
    @given(dialogues())
    def fuzz(dialogue):
        heard.lines.clear()
        data = spoken(port, *dialogue)
        assert all(100 <= status < 500 for status in statuses(data)), data[:300]
        assert spoken(good, [asking], "answer").endswith(b'[{"0": "hello"}]')
        said = "\n".join(heard.lines)
        assert "Traceback" not in said + data.decode("latin-1")
        assert KEY.decode() not in said
        assert [call.as_dict() for call in running.calls][-1]["prompts"] == ["hello"]
        running.reset()

    fuzz()


def test_a_caller_that_stops_writing_gets_no_answer_that_is_not_out_yet():
    """As from Envoy, which closes at the caller's FIN (envoyproxy/envoy#2066, #17160); Azure's front door is one."""
    slow = Endpoint("slow", schema="gpt2", latency={"type": "constant", "ms": 200})
    asking = b"POST /score HTTP/1.1\r\nHost: x\r\n%s\r\n%s\r\nContent-Length: %d\r\n\r\n%s"
    with Emulator([slow]) as emulator:
        port = int(emulator["slow"].base_url.rpartition(":")[2])
        assert spoken(port, [asking % (KEYED, JSON_TYPE, len(GPT2), GPT2)], "half-close") == b""
