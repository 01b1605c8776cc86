import pytest

from azureml_emulator import framing
from azureml_emulator.wire import Reply

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
