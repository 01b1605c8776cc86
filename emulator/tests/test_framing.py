import pytest

from azureml_emulator import framing
from azureml_emulator.wire import End, Reply

PLAIN = Reply(200, (("server", "s"), ("content-length", "2")), ((0.0, b"ab"),))
STREAM = Reply(200, (("server", "s"),), ((0.0, b"a"), (1.0, b"b")), chunked=True)


@pytest.mark.parametrize(
    ("reply", "http", "keep_alive", "expected"),
    [
        (PLAIN, (1, 1), True, b"HTTP/1.1 200 OK\r\nserver: s\r\ncontent-length: 2\r\n\r\n"),
        (PLAIN, (1, 1), False, b"HTTP/1.1 200 OK\r\nserver: s\r\ncontent-length: 2\r\nconnection: close\r\n\r\n"),
        (PLAIN, (1, 0), True, b"HTTP/1.0 200 OK\r\nserver: s\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n"),
        (PLAIN, (1, 0), False, b"HTTP/1.0 200 OK\r\nserver: s\r\ncontent-length: 2\r\n\r\n"),
        (STREAM, (1, 1), True, b"HTTP/1.1 200 OK\r\nserver: s\r\ntransfer-encoding: chunked\r\n\r\n"),
        (STREAM, (1, 0), False, b"HTTP/1.0 200 OK\r\nserver: s\r\n\r\n"),
    ],
)
def test_the_head_says_how_long_the_body_is_and_whether_the_connection_stays(reply, http, keep_alive, expected):
    assert framing.head(reply, http, keep_alive) == expected


@pytest.mark.parametrize(("status", "phrase"), [(424, b"424 Failed Dependency"), (299, b"299 Unknown")])
def test_the_status_line_has_the_phrase_of_the_standard(status, phrase):
    assert framing.head(PLAIN._replace(status=status)).startswith(b"HTTP/1.1 " + phrase + b"\r\n")


@pytest.mark.parametrize(("http", "spoken"), [((0, 9), b"1.0"), ((1, 2), b"1.1"), ((2, 0), b"1.1"), ((9, 9), b"1.1")])
def test_no_version_is_claimed_that_the_server_does_not_speak(http, spoken):
    assert framing.head(PLAIN, http).startswith(b"HTTP/" + spoken + b" 200 OK\r\n")


def test_a_chunk_has_its_length_in_hexadecimal():
    assert framing.chunk(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"


def test_a_reply_knows_its_body_and_its_end():
    assert (STREAM.body, STREAM.seconds) == (b"ab", 1.0)


HEAD = framing.head(STREAM)


def test_each_write_of_a_stream_is_one_chunk_and_the_head_goes_with_the_first():
    assert list(framing.frames(STREAM)) == [
        (0.0, HEAD + b"1\r\na\r\n"),
        (1.0, b"1\r\nb\r\n"),
        (1.0, b"0\r\n\r\n"),
    ]


def test_writes_that_are_due_together_stay_chunks_of_their_own():
    due = STREAM._replace(writes=((0.5, b"a"), (0.5, b"b")))
    assert b"".join(data for _, data in framing.frames(due)).endswith(b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n")


def test_a_write_without_bytes_is_no_chunk_but_takes_its_time():
    slow_head = STREAM._replace(writes=((0.5, b""), (1.0, b"a"), (2.0, b"")))
    assert list(framing.frames(slow_head)) == [
        (0.5, HEAD),
        (1.0, b"1\r\na\r\n"),
        (2.0, b""),
        (2.0, b"0\r\n\r\n"),
    ]


def test_a_reply_without_writes_is_its_head_at_once():
    empty = Reply(204, (), ())
    assert list(framing.frames(empty)) == [(0.0, framing.head(empty))]
    assert list(framing.frames(STREAM._replace(writes=()))) == [(0.0, HEAD + b"0\r\n\r\n")]


def test_to_http_1_0_a_stream_goes_out_as_it_is():
    assert [data for _, data in framing.frames(STREAM, (1, 0), False)][1:] == [b"b"]


@pytest.mark.parametrize("reply", [PLAIN, STREAM, STREAM._replace(status=204), PLAIN._replace(status=304)])
def test_some_answers_are_a_head_alone(reply):
    method = "HEAD" if reply.status == 200 else "POST"
    assert list(framing.frames(reply, method=method)) == [(0.0, framing.head(reply))]


@pytest.mark.parametrize(
    ("reply", "end", "expected"),
    [
        (STREAM, End(0.5), [(0.0, HEAD + b"1\r\na\r\n"), (0.5, b"")]),
        (STREAM, End(1.0), [(0.0, HEAD + b"1\r\na\r\n"), (1.0, b"1\r\nb\r\n"), (1.0, b"")]),
        (STREAM, End(0.5, head=0), [(0.5, b"")]),
        (STREAM, End(0.5, head=10), [(0.5, HEAD[:10])]),
        (STREAM._replace(writes=((1.0, b"a"),)), End(0.5), [(0.5, HEAD)]),
        (PLAIN._replace(writes=((0.0, b"a"),)), End(0.0), [(0.0, framing.head(PLAIN) + b"a"), (0.0, b"")]),
    ],
    ids=["before the second", "after the second", "no head", "some of the head", "the head alone", "truncated"],
)
def test_a_reply_that_breaks_off_ends_when_it_says(reply, end, expected):
    assert list(framing.frames(reply._replace(end=end))) == expected
