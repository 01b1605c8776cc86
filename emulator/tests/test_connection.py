"""Replies played on real sockets: exactly the bytes that they say, exactly the end that they say."""

import asyncio
import math
import socket
import ssl
import sys
import threading
import time
from contextlib import contextmanager
from operator import itemgetter

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_emulator import framing
from azureml_emulator.connection import Listener
from azureml_emulator.journal import Exchange
from azureml_emulator.loop import new_loop
from azureml_emulator.server import Server
from azureml_emulator.wire import End, Reply

GET = b"GET /score HTTP/1.1\r\nHost: x\r\n\r\n"
MANY = 1 << 20


class Engine:
    """Answers every call with the next of some replies, and notes of which it was told that nobody waits."""

    def __init__(self):
        self.replies, self.left = [], []

    def score(self, call):
        return self.replies.pop(0)

    def gone(self, reply, at):
        self.left.append(reply)

    def drain(self, at):
        pass


@contextmanager
def serving(context=None):
    """Run a server in a thread; give its engine and how to connect to it."""
    loop, engine = new_loop(), Engine()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run(work):
        return asyncio.run_coroutine_threadsafe(work, loop).result(20)

    async def start():
        server = Server(engine, ssl_context=context)
        await server.listen("a")
        return server

    engine.server = server = run(start())
    try:
        yield engine, lambda: socket.create_connection(("127.0.0.1", server.ports["a"]), timeout=20)
    finally:
        run(server.stop(0))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def stage():
    with serving() as served:
        yield served


def reply(*writes, chunked=True, end=None, length=None, status=200):
    """Make a reply of writes; without chunks it says its length, or another one."""
    said = sum(len(data) for _, data in writes) if length is None else length
    headers = (("server", "s"), *(() if chunked else (("content-length", str(said)),)))
    exchange = Exchange("a", None, "GET", "/score", status, 0.0, 0.0, "")
    return Reply(status, headers, writes, chunked, exchange, end)


def expected(one, method="GET", http=(1, 1), keep_alive=True):
    return b"".join(data for _, data in framing.frames(one, http, keep_alive, method))


def received(connection, size=math.inf):
    """Read so many bytes, or to the end; say how it ended."""
    parts, left = [], size
    try:
        while left:
            parts.append(connection.recv(min(left, MANY)))
            left -= len(parts[-1])
            if not parts[-1]:
                return b"".join(parts), "closed"
    except ConnectionResetError:
        return b"".join(parts), "reset"
    return b"".join(parts), "open"


def until(condition):
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


STREAM = reply((0.0, b"one"), (0.02, b"two"), (0.02, b"three"), (0.05, b""))


def test_chunks_that_are_due_together_stay_chunks(stage):
    engine, connect = stage
    engine.replies = [STREAM]
    with connect() as connection:
        connection.sendall(GET)
        data = expected(STREAM)
        assert received(connection, len(data)) == (data, "open")
        assert data.endswith(b"3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n")


@pytest.mark.parametrize("http", [(1, 1), (1, 0)])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("one", [STREAM, reply((0.01, b"whole"), chunked=False), reply((0.0, b""), status=204)])
def test_a_connection_is_kept_after_each_kind_of_answer_that_can_end(stage, one, method, http):
    engine, connect = stage
    engine.replies = [one, reply((0.0, b"next"), chunked=False)]
    keep = http >= (1, 1) or not one.chunked
    ask = f"{method} /score HTTP/{http[0]}.{http[1]}\r\nHost: x\r\nConnection: keep-alive\r\n\r\n".encode()
    with connect() as connection:
        connection.sendall(ask)
        data = expected(one, method, http, keep)
        if not keep:
            assert received(connection) == (data, "closed")
            return
        assert received(connection, len(data)) == (data, "open")
        connection.sendall(GET)
        assert received(connection, 10)[0] == b"HTTP/1.1 2"


def test_requests_in_a_row_are_answered_in_their_order(stage):
    engine, connect = stage
    engine.replies = [reply((0.1, b"slow")), reply((0.0, b"fast"), chunked=False), STREAM]
    data = b"".join(map(expected, engine.replies))
    with connect() as connection:
        connection.sendall(GET * 3)
        assert received(connection, len(data)) == (data, "open")


ENDS = [(0, "before the head"), (20, "in the head"), (None, "after the head")]


@pytest.mark.parametrize(("head", "where"), ENDS, ids=[where for _, where in ENDS])
def test_a_reset_is_felt_as_one(stage, head, where):
    engine, connect = stage
    one = reply((0.0, b""), end=End(0.05, reset=True, head=head))
    engine.replies = [one]
    with connect() as connection:
        connection.sendall(GET)
        assert received(connection) == (expected(one), "reset")


def test_a_reset_is_one_under_tls_too():
    """Python's ssl module reports it as an end of file, so it is looked for below."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with serving(context) as (engine, connect), connect() as below:
        engine.replies = [reply((0.0, b""), end=End(0.05, reset=True, head=20))]
        with trusting.wrap_socket(below.dup(), server_hostname="127.0.0.1") as connection:
            connection.sendall(GET)
            assert received(below)[1] == "reset"


@pytest.mark.parametrize("one", [reply((0.0, b"half"), chunked=False, length=8), STREAM], ids=["plain", "chunked"])
def test_a_truncated_answer_is_closed_where_it_breaks_off(stage, one):
    engine, connect = stage
    cut = one._replace(end=End(0.01))
    engine.replies = [cut]
    with connect() as connection:
        connection.sendall(GET)
        data, how = received(connection)
        assert (data, how) == (expected(cut), "closed")
        assert not data.endswith(framing.LAST_CHUNK)


def test_a_wrong_length_is_sent_as_it_is(stage):
    engine, connect = stage
    engine.replies = [reply((0.0, b"too long"), chunked=False, length=3)]
    data = expected(engine.replies[0])
    with connect() as connection:
        connection.sendall(GET)
        assert received(connection, len(data)) == (data, "open")
        assert data.endswith(b"content-length: 3\r\n\r\ntoo long")


@pytest.mark.parametrize(
    "writes", [[(60.0, b"late")], [(0.0, b"now"), (60.0, b"late")]], ids=["waiting", "streaming"]
)
@pytest.mark.parametrize("reset", [True, False])
def test_who_goes_away_is_noticed_at_once(stage, writes, reset):
    engine, connect = stage
    one = reply(*writes)
    engine.replies, engine.left = [one], []
    with connect() as connection:
        connection.sendall(GET)
        assert until(lambda: not engine.replies)
        if len(writes) > 1:
            connection.recv(10)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        assert not engine.server.calm
    assert until(lambda: engine.left), "long before the answer is due"
    assert until(lambda: engine.server.calm)
    assert engine.left == [one]
    assert one.exchange.problem == "the caller went away before the answer was out"
    assert one.exchange.served is None
    assert one.exchange.punctuality is None


def test_a_crowd_that_comes_at_once_is_answered_by_when_it_came(stage, monkeypatch):
    """Each takes 20 ms to score, and all are due 150 ms after they came, however long they waited for being read."""
    engine, connect = stage
    exchanges = []

    def slowly(call):
        time.sleep(0.02)
        one = reply((0.15, b"x"), chunked=False)
        exchanges.append((call.at, one.exchange))
        return one

    monkeypatch.setattr(engine, "score", slowly, raising=False)
    callers = [connect() for _ in range(6)]
    time.sleep(0.1)
    sent = []
    for caller in callers:
        caller.sendall(GET)
        sent.append(time.time())
    start = time.monotonic()
    for caller in callers:
        caller.recv(1000)
    assert time.monotonic() - start >= 0.14
    late = [at - after for (at, _), after in zip(sorted(exchanges, key=itemgetter(0)), sent, strict=True)]
    assert max(late) < (0.02 if sys.platform == "linux" else 5 * 0.02), "the time of coming, not of turn"
    for caller in callers:
        caller.close()


def test_a_request_is_heard_when_its_bytes_come_and_not_when_aiohttp_takes_it_up():
    async def heard():
        connection = Listener(None)()
        for data in (GET, b""):
            connection.heard = before = -1.0
            connection.data_received(data)
            yield connection.heard > before

    async def all_heard():
        return [one async for one in heard()]

    assert asyncio.run(all_heard()) == [True, False]


def test_who_takes_the_answer_is_not_said_to_be_gone(stage):
    engine, connect = stage
    one = reply((0.0, b"one"), (0.05, b"two"))
    engine.replies, engine.left = [one], []
    with connect() as connection:
        connection.sendall(GET)
        received(connection, len(expected(one)))
    assert until(lambda: one.exchange.served is not None)
    assert engine.left == []
    kept = one.exchange.punctuality
    assert (kept.first_due, kept.due) == pytest.approx((0.0, 0.05))
    assert kept.last >= 0.05
    assert kept.worst >= kept.late >= 0


def test_a_shutdown_says_so_of_answers_that_it_cuts_off():
    one = reply((60.0, b"late"))
    with serving() as (engine, connect):
        engine.replies = [one]
        connection = connect()
        connection.sendall(GET)
        assert until(lambda: not engine.replies)
    connection.close()
    assert one.exchange.problem == "the emulator stopped before the answer was out"


@pytest.mark.slow
def test_a_slow_reader_gets_everything_and_little_is_kept_for_it(stage):
    engine, connect = stage
    piece = b"x" * 50_000
    one = reply(*((at / 1000, piece) for at in range(400)))
    engine.replies = [one]
    with connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        connection.sendall(GET)
        time.sleep(0.5)
        assert one.exchange.served is None, "not all of 20 MB fits into the system's buffers"
        data, _ = received(connection, len(expected(one)))
        assert data == expected(one)
    assert until(lambda: one.exchange.served)


def replies():
    dues = st.integers(0, 8).map(lambda due: due / 1000)
    writes = st.lists(st.tuples(dues, st.binary(max_size=200)), min_size=1, max_size=8)
    ends = st.none() | st.builds(End, dues, st.booleans(), st.none() | st.integers(0, 60))
    return st.builds(
        lambda some, chunked, end, status: reply(*sorted(some), chunked=chunked, end=end, status=status),
        *(writes, st.booleans(), ends, st.sampled_from([200, 204, 299, 404, 503])),
    )


def played(stage, several, method, http):
    """Ask for replies one after the other, on one connection as long as it is kept."""
    engine, connect = stage
    ask = f"{method} /score HTTP/{http[0]}.{http[1]}\r\nHost: x\r\nConnection: keep-alive\r\n\r\n".encode()
    connection = connect()
    for one in several:
        engine.replies = [one]
        keep = http >= (1, 1) or not one.chunked
        data = expected(one, method, http, keep)
        connection.sendall(ask)
        if keep and one.end is None:
            assert received(connection, len(data)) == (data, "open")
            continue
        got, how = received(connection)
        assert how == ("reset" if one.end and one.end.reset else "closed")
        assert got == data
        connection.close()
        connection = connect()
    connection.close()


ROUNDS = st.lists(replies(), min_size=1, max_size=4)
METHODS, VERSIONS = st.sampled_from(["GET", "HEAD", "POST"]), st.sampled_from([(1, 1), (1, 0)])


@settings(max_examples=20, deadline=None)
@given(ROUNDS, METHODS, VERSIONS)
def test_any_timetable_is_played_to_the_byte(stage, several, method, http):
    played(stage, several, method, http)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(ROUNDS, METHODS, VERSIONS)
def test_any_timetable_is_played_to_the_byte_for_long(stage, several, method, http):
    played(stage, several, method, http)
