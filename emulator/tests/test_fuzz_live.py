"""Whoever hangs up, half-closes or pipelines, whatever is broken: nothing is left of it, and the server serves on."""

import asyncio
import json
import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_emulator.emulator import Emulator
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.faults import Fault
from emulator.tests.any_endpoint import CROWDING, KEY
from emulator.tests.any_settings import members
from emulator.tests.damage import HUNT

pytestmark = pytest.mark.slow

LATE = 15.0
ASKED = {
    "gpt2": ("/score", {"inputs": {"input_string": ["hello"]}}),
    "chat": ("/chat/completions", {"messages": [{"role": "user", "content": "a b c d e f g"}], "stream": True}),
}
ANSWER = b'[{"0": "hello"}]'
DAY = 86_400_000
LOOP = {
    "every": 0.5,
    "steps": [
        {"at": 0.1, "endpoint": "gpt2", "set": {"faults": ["reset", {"type": "status", "status": 429, "every": 3}]}},
        {"at": 0.2, "endpoint": "chat", "set": {"latency": 1, "request_settings": None, "network": 1}},
        {"at": 0.3, "recover": True},
    ],
}


def request(name, faults=(), close=False):
    """The bytes of a request."""
    path, body = ASKED[name]
    data = json.dumps(body).encode()
    lines = [
        f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\ncontent-type: application/json",
        f"content-length: {len(data)}",
        *([f"x-fault: {json.dumps(faults)}"] if faults else []),
        *(["connection: close"] if close else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + data


STRIKES = st.lists(members(Fault, but=["trickle"]), max_size=2).filter(lambda some: len(json.dumps(some)) < 3000)


@st.composite
def callers(draw):
    """What one caller sends, cut somewhere, and how it goes away after how many milliseconds."""
    name = draw(st.sampled_from(sorted(ASKED)))
    sent = b"".join(request(name, draw(STRIKES)) for _ in range(draw(st.integers(1, 4))))
    if draw(st.integers(0, 4)) == 4:
        sent = sent[: draw(st.integers(0, len(sent)))]
    cuts = sorted(draw(st.lists(st.integers(0, len(sent)), max_size=2)))
    pieces = [sent[start:end] for start, end in pairwise([0, *cuts, len(sent)])]
    return name, pieces, draw(st.integers(0, 40)), draw(st.sampled_from(["close", "reset", "half-close", "read"]))


def called(ports, caller):
    """Be such a caller; give what was heard."""
    name, pieces, stays_ms, ending = caller
    heard = b""
    with socket.create_connection(("127.0.0.1", ports[name]), LATE) as line:
        try:
            for piece in pieces:
                line.sendall(piece)
                time.sleep(0.001)
            line.settimeout(max(stays_ms, 1) / 1000)
            heard += line.recv(65536) if ending == "read" else b""
        except TimeoutError:
            pass
        except ConnectionError:
            return heard
        if ending == "reset":
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        elif ending == "half-close":
            with suppress(ConnectionError):
                line.settimeout(LATE)
                with suppress(OSError):
                    line.shutdown(socket.SHUT_WR)
                while part := line.recv(65536):
                    heard += part
    return heard


def served_on(ports):
    """Ask plainly, and expect an answer."""
    with socket.create_connection(("127.0.0.1", ports["plain"]), LATE) as line:
        line.sendall(request("gpt2", close=True))
        heard = b""
        while part := line.recv(65536):
            heard += part
    assert heard.startswith(b"HTTP/1.1 200 "), heard[:300]
    assert heard.endswith(ANSWER)


async def _left(server):
    tasks = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
    open_lines = sum(len(runner.server.connections) for runner in server._runners.values())
    player = server._player
    plays = sum(not one[2].gone for one in player._waiting)
    return {
        "tasks": len(tasks),
        "connections": open_lines,
        "answers": sum(one.count for one in server._open.values()),
        "plays": plays,
    }


def in_flight(engine, at):
    """How many places are taken."""
    taken = 0
    for live in engine.directory:
        for gate in live.admission.gates.values() if live.admission else ():
            for ends in (gate.queue._slots, gate.queue._places) if gate.queue else ():
                ends.pass_to(at)
                taken += ends.count
    return taken


def settled(emulator):
    """Wait until nothing is left; give what still is, if it stays."""
    until, left = time.monotonic() + LATE, {"": inf}
    while any(left.values()) and time.monotonic() < until:
        time.sleep(0.005)
        left = emulator._run(_left(emulator._server))
        left["places"] = emulator.aside(lambda: in_flight(emulator.engine, time.time()))
    return left


@pytest.fixture(scope="module")
def live():
    """Endpoints that stream slowly, that take for ever, that are limited; and one that is plain."""
    pace = {"type": "tokens", "first_ms": 2, "gap_ms": 3}
    limits = {"max_concurrent_requests_per_instance": 3, "request_timeout_ms": 3000}
    shared = {"key": KEY, "fault_header": "x-fault"}
    endpoints = [
        Endpoint("gpt2", schema="gpt2", latency=15, request_settings=limits, network=2, **shared),
        Endpoint("chat", schema="chat", latency=pace, request_settings=limits, **shared),
        Endpoint("plain", schema="gpt2", key=KEY),
    ]
    with Emulator(endpoints) as emulator:
        emulator.play(LOOP)
        yield emulator


def test_nothing_is_left_of_callers_who_come_and_go(live, caplog):
    ports = {one.name: int(one.base_url.rpartition(":")[2]) for one in live}

    @settings(CROWDING, max_examples=HUNT // 500 or 15)
    @given(st.lists(callers(), min_size=1, max_size=12))
    def fuzz(crowd):
        with ThreadPoolExecutor(len(crowd)) as pool:
            for heard in pool.map(lambda one: called(ports, one), crowd):
                assert not heard or heard.startswith(b"HTTP/1.1 "[: len(heard)]), heard[:200]
                assert b"Traceback" not in heard
                assert KEY.encode() not in heard
        served_on(ports)
        assert not any(settled(live).values()), settled(live)
        assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []
        assert KEY not in caplog.text
        json.dumps([one.as_dict() for one in live.calls])
        live.engine.journal.clear()

    fuzz()


def test_who_hangs_up_on_an_answer_that_takes_a_day_frees_the_place():
    pace = {"type": "tokens", "first_ms": 1, "gap_ms": DAY // 100}
    limits = {"max_concurrent_requests_per_instance": 1, "max_pending": 2}
    endpoint = Endpoint("chat", schema="chat", key=KEY, latency=pace, request_settings=limits)
    with Emulator([endpoint, Endpoint("plain", schema="gpt2", key=KEY)]) as emulator:
        ports = {one.name: int(one.base_url.rpartition(":")[2]) for one in emulator}
        for _ in range(max(HUNT // 1000, 20)):
            called(ports, ("chat", [request("chat")], 5, "close"))
            assert not any(settled(emulator).values()), settled(emulator)
        assert {one.status for one in emulator.calls} == {200}
        served_on(ports)
