"""Microsoft's own inference server in a process of its own, and the plainest way to ask it something."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

SCORE = Path(__file__).parent / "score"
TIMEOUT_MS = 300
"""What `SCORING_TIMEOUT_MS` is set to."""

_RUN = "from azureml_inference_server_http import amlserver; amlserver.DEFAULT_HOST = '127.0.0.1'; amlserver.run()"
"""The server has no setting for its address, and by itself listens on all of them."""

_FORMS = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "a GUID"),
    (r"\d+\.\d{3}", "milliseconds"),
    (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "a date"),
)


class Asked(NamedTuple):
    """A request, as it goes over the wire; of `chunks`, each is sent as one of its own."""

    method: str = "POST"
    target: str = "/score"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    chunks: tuple[bytes, ...] = ()
    http: str = "HTTP/1.1"


class Answered(NamedTuple):
    """An answer; header names in lower case. `interim` is the status of what came before it, or 0."""

    status: int
    headers: dict[str, str]
    body: bytes
    interim: int = 0


def ask(port: int, asked: Asked) -> Answered:
    """Send a request, byte for byte."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        head = [f"{asked.method} {asked.target} {asked.http}", "Host: localhost"]
        head += [f"{name}: {value}" for name, value in asked.headers]
        if asked.body is not None:
            head.append(f"Content-Length: {len(asked.body)}")
        if asked.chunks:
            head.append("Transfer-Encoding: chunked")
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        interim = 0
        if ("Expect", "100-continue") in asked.headers:
            interim = int(connection.recv(len("HTTP/1.1 100 Continue\r\n\r\n")).split()[1])
        connection.sendall(asked.body or b"")
        for chunk in asked.chunks:
            connection.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        connection.sendall(b"0\r\n\r\n" if asked.chunks else b"")
        response = http.client.HTTPResponse(connection, method=asked.method)
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answered(response.status, headers, response.read(), interim)


def form(name: str, value: str | None) -> str | None:
    """Give a header's value, or in its place the form of one that differs each time."""
    if name == "allow" and value:
        return ", ".join(sorted(value.split(", ")))
    return next((called for pattern, called in _FORMS if value and re.fullmatch(pattern, value)), value)


def differences(one: Answered, other: Answered) -> dict[str, tuple[object, object]]:
    """Give by aspect what differs between two answers; the length counts where bodies are the same."""
    found: dict[str, tuple[object, object]] = {}
    for aspect in ("status", "body", "interim"):
        if getattr(one, aspect) != getattr(other, aspect):
            found[aspect] = (
                getattr(one, aspect)[:300] if aspect == "body" else getattr(one, aspect),
                (getattr(other, aspect)[:300] if aspect == "body" else getattr(other, aspect)),
            )
    for name in sorted(one.headers.keys() | other.headers.keys()):
        values = form(name, one.headers.get(name)), form(name, other.headers.get(name))
        if values[0] != values[1] and not (name == "content-length" and "body" in found):
            found[name] = values
    return found


@contextmanager
def serving(script: str) -> Iterator[int]:
    """Run Microsoft's server with one of the scripts beside; give its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "SCORING_TIMEOUT_MS": str(TIMEOUT_MS), "AML_APP_ROOT": str(SCORE)}
    command = [sys.executable, "-c", _RUN, "--entry_script", str(SCORE / script), "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _await(port, server)
            yield port
        finally:
            server.terminate()


def _await(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Wait until it is healthy. Raises `RuntimeError` if it ends, or takes a minute."""
    for _ in range(600):
        try:
            if ask(port, Asked("GET", "/")).status == 200:
                return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError("Microsoft's inference server did not start")
