"""Whatever faults strike, the server plays what is left, says nothing about itself, and serves on."""

import json
import logging
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_emulator.emulator import Emulator
from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.faults import Fault
from emulator.tests.any_settings import members
from emulator.tests.damage import FUZZING, HUNT

SAID = "Grüße an alle: 汉字"
BODIES = {
    "gpt2": {"inputs": {"input_string": [SAID]}},
    "local": {"inputs": {"input_string": [SAID]}},
    "chat": {"messages": [{"role": "user", "content": SAID}], "stream": True},
}
PATHS = {"gpt2": "/score", "local": "/score", "chat": "/chat/completions"}
SECONDS = 20

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served():
    """Endpoints of all kinds, at which callers may ask for faults."""
    latency = {"type": "tokens", "first_ms": 0, "gap_ms": 1}
    names = {"gpt2": {}, "chat": {}, "local": {"api_type": "local"}}
    endpoints = [
        Endpoint(name, schema="chat" if name == "chat" else "gpt2", fault_header="x-fault", latency=latency, **more)
        for name, more in names.items()
    ]
    with Emulator(endpoints) as emulator:
        yield emulator


def answered(emulator, name, faults, request="POST {} HTTP/1.1"):
    """Ask an endpoint for something, and for faults; give all bytes, and whether the connection was reset."""
    body = json.dumps(BODIES[name]).encode()
    lines = [
        request.format(PATHS[name]),
        f"host: x\r\nauthorization: Bearer {DEVELOPMENT_KEY}\r\ncontent-type: application/json",
        f"x-fault: {json.dumps(faults)}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n",
    ]
    received, port = b"", int(emulator[name].base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), SECONDS) as line:
        line.sendall("\r\n".join(lines).encode() + body)
        try:
            while data := line.recv(65536):
                received += data
        except ConnectionResetError:
            return received, True
    return received, False


REQUESTS = ["POST {} HTTP/1.1", "POST {} HTTP/1.1", "POST {} HTTP/1.0", "HEAD {} HTTP/1.1", "GET / HTTP/1.1"]


def test_whatever_strikes_the_server_serves_on(served, caplog):
    @settings(FUZZING, max_examples=HUNT // 100 or 150)
    @given(
        name=st.sampled_from(list(BODIES)),
        faults=st.lists(members(Fault, but=["trickle"]), min_size=1, max_size=3),
        request=st.sampled_from(REQUESTS),
    )
    def fuzz(name, faults, request):
        received, reset = answered(served, name, faults, request)
        assert reset or not received or received.startswith(b"HTTP/1.")
        assert b"Traceback" not in received
        assert DEVELOPMENT_KEY.encode() not in received
        assert not request.startswith("HEAD") or received.partition(b"\r\n\r\n")[2] == b""
        clean, reset = answered(served, name, [])
        assert not reset
        assert clean.startswith(b"HTTP/1.1 200 OK\r\n")
        assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []

    fuzz()
