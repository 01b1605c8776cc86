"""Servers that give the same answer, ours and other people's: how each is run, and when it is up."""

import http.client
import json
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import NamedTuple

from ratios.data import ANSWER_TEXT, KEY, PROMPT, chat_body, gpt2_body
from ratios.processes import ROOT, Child, executable, module

PATIENCE = 60.0
GLANCE = 0.005
"""Seconds between two looks at whether a server is up."""


class Missing(Exception):
    """A server cannot be run here; the text says why."""


class Wire(NamedTuple):
    """How a server is asked: the emulator's name of the wire shape, the path, and the body that asks something."""

    schema: str
    path: str
    body: Callable[[str], bytes]


SCORE = Wire("gpt2", "/score", gpt2_body)
CHAT = Wire("chat", "/v1/chat/completions", chat_body)


class Server(NamedTuple):
    """A server by its name. `command` is given a folder for its files and a port; it raises `Missing`."""

    name: str
    wire: Wire
    command: Callable[[Path, int], list[str]]


class Up(NamedTuple):
    """A server that runs. `started` is how many seconds it took until its first answer."""

    port: int
    pid: int
    started: float


@contextmanager
def running(server: Server) -> Iterator[Up]:
    """Run a server from its first answer on; what it says goes into a file. Raises `Missing`."""
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("w", encoding="utf-8") as log:
        port = _free_port()
        command = server.command(Path(folder), port)
        start = monotonic()
        with Child(command, stdout=log, stderr=log) as child:
            while not _answers(server.wire, port):
                if monotonic() > start + PATIENCE or not child.alive:
                    raise RuntimeError(f"{server.name} did not start:\n{Path(log.name).read_text(encoding='utf-8')}")
                sleep(GLANCE)
            yield Up(port, child.pid, monotonic() - start)


def emulator(wire: Wire) -> Server:
    """The real command with one endpoint, all features on."""

    def command(folder: Path, port: int) -> list[str]:
        answer = {"type": "fixed", "text": ANSWER_TEXT}
        endpoint = {"name": "benchmark", "schema": wire.schema, "key": KEY, "port": port, "answer": answer}
        config = folder / "emulator.json"
        config.write_text(json.dumps({"port": 0, "endpoints": [endpoint]}), encoding="utf-8")
        return [executable(ROOT / ".venv", "azureml-emulator"), "serve", "--config", str(config)]

    return Server("emulator", wire, command)


def _bare(folder: Path, port: int) -> list[str]:
    return [*module("plain_server"), str(port)]


def _microsoft(folder: Path, port: int) -> list[str]:
    """By itself it listens on all addresses, and it has no setting for that."""
    code = "from azureml_inference_server_http import amlserver as s; s.DEFAULT_HOST = '127.0.0.1'; s.run()"
    script = str(Path(__file__).with_name("score.py"))
    python = executable(ROOT / ".venv-azure", "python")
    return [python, "-W", "ignore", "-c", code, "--entry_script", script, "--port", str(port)]


def _pytest_httpserver(folder: Path, port: int) -> list[str]:
    return [*module("canned_server", executable(ROOT / ".venv-peers", "python")), str(port)]


def _aimock(folder: Path, port: int) -> list[str]:
    node = shutil.which("node")
    program = ROOT / ".bench/node_modules/@copilotkit/aimock/dist/cli.js"
    if node is None or not program.exists():
        raise Missing("not measured: npm is not installed, or was not when `make bench` looked")
    fixtures = folder / "fixtures.json"
    said = {"fixtures": [{"match": {}, "response": {"content": ANSWER_TEXT}}]}
    fixtures.write_text(json.dumps(said), encoding="utf-8")
    return [node, str(program), "--port", str(port), "--fixtures", str(fixtures), "--log-level", "warn"]


BARE = Server("bare aiohttp handler", SCORE, _bare)
MICROSOFT = Server("Microsoft's azmlinfsrv", SCORE, _microsoft)
PYTEST_HTTPSERVER = Server("pytest-httpserver", SCORE, _pytest_httpserver)
AIMOCK = Server("aimock", CHAT, _aimock)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(wire: Wire, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
        connection.request("POST", wire.path, wire.body(PROMPT), headers)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
