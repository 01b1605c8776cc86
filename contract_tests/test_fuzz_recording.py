"""Whatever an endpoint says is passed on to the byte, and replayed to the byte, but for keys."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from azureml_emulator.emulator import Emulator
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.recording.cassette import (
    Cassette,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    parsed,
    written,
)
from azureml_emulator.recording.replay import Replay
from azureml_emulator.wire import Call
from contract_tests.recordings import Told, ask, read, recording

HUNT = int(os.environ.get("HUNT", "0"))
FUZZING = settings(deadline=None, derandomize=not HUNT, database=None, suppress_health_check=list(HealthCheck))

KEY = "the-real-key/of+this-endpoint=="
AUTHORISED = ("Authorization", f"Bearer {KEY}")
BYTES = st.binary(max_size=40) | st.sampled_from([b"", b"data: {}\n\n", b"\xc3", b"\r\n0\r\n\r\n", KEY.encode()])
NAMES = st.from_regex(r"X-[A-Za-z0-9-]{1,12}", fullmatch=True)
TEXTS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
TOKENS = TEXTS | st.sampled_from([KEY, "caf\xe9", "a, b"])
HEADERS = st.lists(st.tuples(NAMES, TOKENS), max_size=3)
STATUSES = st.sampled_from([200, 200, 200, 201, 400, 404, 424, 429, 500, 503, 599])


@st.composite
def answers(draw):
    """The pieces of an answer as an endpoint may send it, None where it resets the connection."""
    lines = [*(f"{name}: {value}" for name, value in draw(HEADERS)), "Connection: close"]
    pieces = draw(st.lists(BYTES.filter(bool), max_size=4))
    framing = draw(st.sampled_from(["length", "chunked", "close"]))
    told = {"length": [f"Content-Length: {sum(map(len, pieces))}"], "chunked": ["Transfer-Encoding: chunked"]}
    lines += told.get(framing, [])
    head = "\r\n".join([f"HTTP/1.1 {draw(STATUSES)} Fine", *lines, "", ""]).encode("latin-1")
    if framing == "chunked":
        pieces = [b"%x\r\n%b\r\n" % (len(one), one) for one in pieces] + [b"0\r\n\r\n"]
    cut = framing != "close" and len(pieces) > 1 and draw(st.integers(0, 3)) == 3
    return [head, *pieces[: len(pieces) - 1 if cut else None]], cut


@pytest.mark.slow
def test_any_answer_is_recorded_and_replayed_to_the_byte(tmp_path):
    file, seen = tmp_path / "c.jsonl", []

    with Told(gap=0.001) as upstream, recording(upstream.url, file, KEY) as recorder:

        @settings(FUZZING, max_examples=HUNT // 50 or 40)
        @given(answers(), BYTES)
        def fuzz(answer, body):
            upstream.pieces, cut = answer
            asked = {"target": f"/n/{len(seen)}", "body": body or b"{}", "headers": [AUTHORISED]}
            heard = ask(recorder.port, **asked)
            said = read(b"".join(upstream.pieces))
            assert (heard.status, heard.body) == (said.status, said.body)
            assert heard.headers == said.headers
            assert heard.complete != cut
            seen.append((asked, heard, KEY.encode() in asked["body"]))

        fuzz()
    assert KEY not in file.read_text(encoding="utf-8")
    with Emulator([Endpoint("r", replay=Replay(Cassette.load(str(file)), speed=0))]) as emulator:
        port = int(emulator["r"].base_url.rpartition(":")[2])
        for asked, heard, blotted in seen:
            if not blotted:  # a body without its key is another one
                again = ask(port, **asked)
                assert again.status.split()[1] == heard.status.split()[1]
                assert len(again.body) == len(heard.body)
                assert again.complete == heard.complete
                if KEY.encode() not in b"".join(heard.chunks):
                    assert again.body == heard.body
                assert KEY.encode() not in again.body


@st.composite
def interactions(draw):
    """Any interaction, as a value."""
    times = sorted(draw(st.lists(st.floats(0, 1e4), min_size=2, max_size=6)))
    texts = st.text(st.characters(max_codepoint=255), max_size=8)
    headers = st.lists(st.tuples(texts, texts), max_size=2).map(tuple)
    request = RecordedRequest("POST", "/score", draw(texts), draw(headers), draw(st.binary(max_size=30)))
    chunks = tuple((at, draw(st.binary(min_size=1, max_size=9))) for at in times[1:-1])
    framing = draw(st.sampled_from(["length", "chunked", "close"]))
    end = draw(st.sampled_from(["complete", "cut", "reset", "left"]))
    status = draw(st.integers(100, 599))
    response = RecordedResponse(status, draw(texts), draw(headers), framing, times[0], chunks, end, times[-1])
    return Interaction(request, response, draw(texts), draw(texts))


@settings(FUZZING, max_examples=HUNT // 10 or 30)
@given(interactions())
def test_what_is_written_is_what_is_read_and_what_is_replayed(one):
    line = written(one)
    assert line.count(b"\n") == 1
    assert parsed(line) == one
    asked, told = one.request, one.response
    call = Call("POST", asked.path, {}, asked.body, 1.7e9, "r", query=asked.query)
    reply = Engine([Endpoint("r", replay=Replay(Cassette((one,))))]).score(call)
    assert (reply.status, reply.body) == (told.status, told.body)
    assert [due for due, data in reply.writes if data] == [at for at, _ in told.chunks]
    assert reply.seconds in (told.end_s, reply.writes[-1][0])
    assert (reply.end is None) == (told.end == "complete" and told.framing != "close")
    json.dumps(reply.exchange.as_dict())
