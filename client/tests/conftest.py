"""A small server on 127.0.0.1 that answers what a test tells it to, and endpoints that call it."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import settings

from azureml_endpoint import (
    AzureMLChatOnlineEndpoint,
    AzureMLOnlineEndpoint,
    CustomOpenAIChatContentFormatter,
    CustomOpenAIContentFormatter,
)

settings.register_profile("client", max_examples=30, deadline=None, derandomize=True, database=None)
settings.load_profile("client")

KEY = "a-canary-key-0123456789abcdef012"


@dataclass
class Seen:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: tuple[str, int]
    method: str = "POST"

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What the server does: writes `head` and `chunks`, each `pause` seconds after the one before."""

    status: int = 200
    body: bytes | str | dict[str, Any] | list[Any] = b""
    headers: dict[str, str] = field(default_factory=dict)
    chunks: list[bytes] | None = None
    pause: float = 0.0
    cut: bool = False
    drip_head: float = 0.0

    @property
    def content(self) -> bytes:
        if isinstance(self.body, dict | list):
            return json.dumps(self.body).encode()
        return self.body.encode() if isinstance(self.body, str) else self.body


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.path, headers, body, self.client_address, self.command)
        answer = self.server.answer_to(seen)
        try:
            self._write(answer)
        except (BrokenPipeError, ConnectionResetError, ConnectionAbortedError):
            self.server.left.set()
            self.close_connection = True

    do_GET = do_POST  # noqa: N815  # http.server's name

    def _write(self, answer: Answer) -> None:
        if answer.drip_head:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"z" * 100:
                self.wfile.write(bytes([byte]))
                time.sleep(answer.drip_head)
        chunks = [answer.content] if answer.chunks is None else answer.chunks
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunks is None:
            self.send_header("Content-Length", str(len(answer.content) + (10 if answer.cut else 0)))
        else:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in chunks:
            time.sleep(answer.pause)
            self.wfile.write(chunk if answer.chunks is None else b"%x\r\n%s\r\n" % (len(chunk), chunk))
        if answer.cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif answer.chunks is not None:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None: ...


class Server(ThreadingHTTPServer):
    """Answers with `answers` one after the other, the last one again and again, or with a function."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[Seen] = []
        self.left = threading.Event()
        self._lock = threading.Lock()
        self._answer: Callable[[Seen], Answer] = lambda _: Answer(404)

    def answer(self, *answers: Answer) -> None:
        queue = list(answers)
        self.answer_with(lambda _: queue.pop(0) if len(queue) > 1 else queue[0])

    def answer_with(self, function: Callable[[Seen], Answer]) -> None:
        self._answer = function

    def answer_to(self, seen: Seen) -> Answer:
        with self._lock:
            self.seen.append(seen)
            answer = self._answer
        return answer(seen)

    def handle_error(self, *_: object) -> None: ...

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def last(self) -> Seen:
        return self.seen[-1]

    @property
    def connections(self) -> int:
        return len({each.connection for each in self.seen})


@pytest.fixture
def server() -> Iterator[Server]:
    """A running server."""
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.002}, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENDPOINT_URL", "ENDPOINT_API_KEY", "DEPLOYMENT_NAME", "ENDPOINT_API_TYPE", "TIMEOUT"):
        monkeypatch.delenv(f"AZUREML_{name}", raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


MakeLLM = Callable[..., AzureMLOnlineEndpoint]
MakeChat = Callable[..., AzureMLChatOnlineEndpoint]


@pytest.fixture
def llm(server: Server) -> Iterator[MakeLLM]:
    """Make an endpoint for prompts that calls the server; closed at the end."""
    made: list[AzureMLOnlineEndpoint] = []

    def make(path: str = "/score", **settings: Any) -> AzureMLOnlineEndpoint:
        defaults = {"endpoint_api_key": KEY, "content_formatter": CustomOpenAIContentFormatter(), "timeout": 5}
        if "completions" in path:
            defaults["endpoint_api_type"] = "serverless"
        made.append(AzureMLOnlineEndpoint(**{"endpoint_url": server.origin + path, **defaults, **settings}))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def chat(server: Server) -> Iterator[MakeChat]:
    """Make an endpoint for conversations that calls the server; closed at the end."""
    made: list[AzureMLChatOnlineEndpoint] = []

    def make(path: str = "/v1/chat/completions", **settings: Any) -> AzureMLChatOnlineEndpoint:
        defaults = {"endpoint_api_key": KEY, "content_formatter": CustomOpenAIChatContentFormatter(), "timeout": 5}
        if "completions" in path:
            defaults["endpoint_api_type"] = "serverless"
        made.append(AzureMLChatOnlineEndpoint(**{"endpoint_url": server.origin + path, **defaults, **settings}))
        return made[-1]

    yield make
    for each in made:
        each.close()


def echo(seen: Seen) -> Answer:
    """Answer a dedicated completion with its prompt."""
    return Answer(body=[{"0": seen.json["input_data"]["input_string"][0]}])


def sse(*events: Any, done: bool = True) -> list[bytes]:
    """Return server-sent events, one chunk each, as serverless endpoints send them."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in events] + ["[DONE]"] * done
    return [f"data: {line}\n\n".encode() for line in lines]


def text_event(text: str, reason: str | None = None) -> dict[str, Any]:
    """Return one event of a streamed completion."""
    return {"choices": [{"index": 0, "text": text, "finish_reason": reason}]}


def delta_event(reason: str | None = None, **delta: Any) -> dict[str, Any]:
    """Return one event of a streamed chat answer."""
    return {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


STREAM = {"Content-Type": "text/event-stream; charset=utf-8"}
