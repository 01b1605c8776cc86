"""Cassettes: what is written is what is read, and what cannot be read is refused with its line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azureml_emulator.recording.cassette import (
    Cassette,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    parsed,
    written,
)

ASKED = RecordedRequest("POST", "/score", "", (("content-type", "application/json"),), b'{"a": "\xc3\xa4"}')
ANSWERED = RecordedResponse(200, "OK", (("content-length", "2"),), "length", 0.1, ((0.2, b"[]"),), "complete", 0.2)
LINE = written(Interaction(ASKED, ANSWERED, "2026-01-31T12:00:00+00:00", "https://x"))

LATIN = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"))


@st.composite
def interactions(draw):
    count = draw(st.integers(0, 4))
    times = sorted(draw(st.lists(st.floats(0, 1e6), min_size=count + 2, max_size=count + 2)))
    chunks = tuple((at, draw(st.binary(min_size=1))) for at in times[1:-1])
    headers = draw(st.lists(st.tuples(LATIN, LATIN), max_size=3).map(tuple))
    request = RecordedRequest("POST", draw(LATIN), draw(LATIN), headers, draw(st.binary()))
    framing = draw(st.sampled_from(["length", "chunked", "close"]))
    end = draw(st.sampled_from(["complete", "cut", "reset", "left"]))
    return Interaction(
        request, RecordedResponse(draw(st.integers(100, 999)), "", headers, framing, times[0], chunks, end, times[-1])
    )


@given(interactions())
def test_what_is_written_is_read(interaction):
    line = written(interaction)
    assert line.count(b"\n") == 1
    assert parsed(line) == interaction


def test_texts_are_readable_and_bytes_are_base64():
    assert '"body": "{\\"a\\": \\"ä\\"}"' in LINE.decode()
    response = RecordedResponse(200, chunks=((0.1, b"\xc3"), (0.2, b"\xa4")), end_s=0.3)
    assert json.loads(written(Interaction(ASKED, response)))["response"]["chunks"] == [
        [0.1, {"base64": "ww=="}],
        [0.2, {"base64": "pA=="}],
    ]


def test_times_are_not_rounded():
    response = RecordedResponse(200, head_s=0.123456789012, end_s=0.123456789013)
    assert parsed(written(Interaction(ASKED, response))).response == response


def changed(**fields):
    return json.dumps({**json.loads(LINE), **fields}).encode()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "expected a JSON object in a line of its own"),
        (b"[1]", 'it says no version, such as "cassette": 1'),
        (b"{}", 'it says no version, such as "cassette": 1'),
        (changed(cassette=True), "it says no version"),
        (changed(cassette=2), "expected a cassette of version 1, not 2; a later emulator wrote it"),
        (changed(request=None), "request: "),
        (changed(more=1), "more: Unexpected"),
        (changed(response={"status": 99}), "response.status: "),
        (changed(response={"status": 200, "end_s": 1, "head_s": 2}), "response: expected times that rise"),
        (
            changed(request={"method": "GET", "path": "/", "body": {"base64": "?"}}),
            "request.body: expected a text, or",
        ),
    ],
)
def test_what_is_no_line_of_a_cassette_is_refused_with_its_place(tmp_path, line, reason):
    file = tmp_path / "c.jsonl"
    file.write_bytes(LINE + line + b"\n")
    with pytest.raises(ValueError, match=r"c\.jsonl:2: ") as told:
        Cassette.load(str(file))
    assert reason in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no interaction"),
        (LINE + LINE[:-1], ":2: the line does not end"),
        (None, "cannot be read: No such file"),
    ],
)
def test_what_is_no_cassette_is_refused(tmp_path, data, reason):
    file = tmp_path / "c.jsonl"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(ValueError, match=reason):
        Cassette.load(str(file))
