"""Connections, byte by byte: whose they are, when they are kept, and what a broken answer leaves of itself."""

import asyncio
import json
import multiprocessing
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from azureml_endpoint import (
    CertificateError,
    EndpointTimeoutError,
    ResponseFormatError,
    StreamCutError,
    Timeout,
    UnreachableError,
)

from .conftest import KEY, Answer, MakeChat, MakeLLM, Server, delta_event, echo, sse, text_event
from .test_transports import Road, awake

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n[{"0": "ok"}]'.replace(b"12", b"13")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


class Script:
    """A server that writes to each request what it is told, byte by byte."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self.answer = answer
        self.connections = self.requests = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/score"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                self.connections += 1
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError), connection.makefile("rb") as reader:
            while line := reader.readline():
                length = 0
                while line.strip():
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                    line = reader.readline()
                reader.read(length)
                self.requests += 1
                self.answer(connection)


MakeScript = Callable[[Callable[[socket.socket], None] | bytes], Script]


@pytest.fixture
def script() -> Iterator[MakeScript]:
    """Make a server that answers every request with given bytes or by a function."""
    made: list[Script] = []

    def make(answer: Callable[[socket.socket], None] | bytes) -> Script:
        made.append(Script(answer if callable(answer) else lambda connection: connection.sendall(answer)))
        return made[-1]

    yield make
    for each in made:
        each.socket.close()


@pytest.fixture(params=["sync", "async"])
def road(request: pytest.FixtureRequest) -> Road:
    return Road(request.param)


def repeated(road: Road, llm: Any, count: int, *, stream: bool = False) -> None:
    if road.name == "sync":
        for _ in range(count):
            assert list(llm.stream("x")) if stream else llm.invoke("x")
        return

    async def calls() -> None:
        for _ in range(count):
            assert [piece async for piece in llm.astream("x")] if stream else await llm.ainvoke("x")

    asyncio.run(calls())


forks = pytest.mark.skipif(sys.platform == "win32", reason="no fork")
quietly = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def in_a_child(work: Callable[[], None]) -> int | None:
    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join(20)
    return child.exitcode


@forks
@quietly
def test_a_forked_process_has_connections_of_its_own(server: Server, llm: MakeLLM) -> None:
    server.answer_with(echo)
    endpoint = llm(max_retries=0)
    assert endpoint.invoke("parent") == "parent"

    def work() -> None:
        assert [endpoint.invoke(text) for text in "ab"] == ["a", "b"]

    assert in_a_child(work) == 0
    assert server.connections == 2
    assert endpoint.invoke("again") == "again"
    assert server.connections == 2


@forks
@quietly
def test_so_does_one_that_inherits_an_event_loop(server: Server, llm: MakeLLM) -> None:
    server.answer_with(echo)
    endpoint, loop = llm(max_retries=0), asyncio.new_event_loop()
    assert loop.run_until_complete(endpoint.ainvoke("parent")) == "parent"

    def work() -> None:
        assert loop.run_until_complete(endpoint.ainvoke("a")) == "a"

    assert in_a_child(work) == 0
    assert server.connections == 2
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


@forks
@quietly
def test_so_does_langchains_class(server: Server) -> None:
    langchain = pytest.importorskip("azureml_endpoint.langchain")
    server.answer_with(lambda seen: Answer(body=[{"0": seen.json["inputs"]["input_string"][0]}]))
    formatter = langchain.GPT2ContentFormatter()
    endpoint = langchain.AzureMLOnlineEndpoint(
        endpoint_url=f"{server.origin}/score", endpoint_api_key=KEY, content_formatter=formatter
    )
    assert endpoint.invoke("parent") == "parent"

    def work() -> None:
        assert endpoint.invoke("a") == "a"

    assert in_a_child(work) == 0
    assert server.connections == 2
    endpoint.close()


@pytest.mark.parametrize("pause", [0, 0.01])
def test_a_stream_leaves_its_connection_for_the_next(
    script: MakeScript, chat: MakeChat, road: Road, pause: float
) -> None:
    events = b"".join(sse(delta_event(content="a"), delta_event("stop")))

    def answer(connection: socket.socket) -> None:
        connection.sendall(HEAD + chunk(events))
        time.sleep(pause)
        connection.sendall(b"0\r\n\r\n")

    served = script(answer)
    repeated(road, chat(endpoint_url=served.url.replace("score", "v1/chat/completions")), 5, stream=True)
    assert (served.requests, served.connections) == (5, 1)


def test_the_end_of_a_stream_is_not_waited_for(script: MakeScript, llm: MakeLLM, road: Road) -> None:
    served = script(HEAD + chunk(b"".join(sse(text_event("a", "stop")))))
    endpoint = llm("/v1/completions", endpoint_url=served.url.replace("score", "v1/completions"))
    started = time.monotonic()
    repeated(road, endpoint, 2, stream=True)
    assert time.monotonic() - started < 0.8
    assert served.connections == 2


@pytest.mark.parametrize("apart", [False, True])
def test_a_stream_is_never_asked_for_again_after_its_first_byte(
    script: MakeScript, llm: MakeLLM, road: Road, *, apart: bool
) -> None:
    event = chunk(b"".join(sse(text_event("a"), done=False)))

    def answer(connection: socket.socket) -> None:
        for part in (HEAD + event, b"ZZ\r\n") if apart else (HEAD + event + b"ZZ\r\n",):
            connection.sendall(part)
            time.sleep(0.05)

    served = script(answer)
    endpoint = llm(
        "/v1/completions", endpoint_url=served.url.replace("score", "v1/completions"), max_retries=2, timeout=2
    )
    awake(endpoint)
    with pytest.raises(StreamCutError) as caught:
        road.stream(endpoint)
    assert caught.value.partial == "a"
    assert served.requests == 1


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-A: b", b"SSH-2.0-OpenSSH\r\n"])
def test_a_torn_head_is_an_answer(script: MakeScript, llm: MakeLLM, road: Road, start: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        connection.shutdown(socket.SHUT_RDWR)

    served = script(answer)
    endpoint = llm(endpoint_url=served.url, max_retries=3)
    awake(endpoint)
    with pytest.raises((UnreachableError, ResponseFormatError)):
        road.call(endpoint)
    assert served.requests == 1


def test_a_connection_that_ends_without_a_byte_is_tried_again(script: MakeScript, llm: MakeLLM, road: Road) -> None:
    served = script(lambda connection: connection.shutdown(socket.SHUT_RDWR))
    endpoint = llm(endpoint_url=served.url, max_retries=2)
    pauses = awake(endpoint)
    with pytest.raises(UnreachableError):
        road.call(endpoint)
    assert (served.requests, len(pauses)) == (3, 2)


@pytest.mark.parametrize("pause", [0, 0.005])
def test_a_server_that_closes_kept_connections_unsaid(
    script: MakeScript, llm: MakeLLM, road: Road, pause: float
) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(OK)
        time.sleep(pause)
        connection.shutdown(socket.SHUT_RDWR)

    repeated(road, llm(endpoint_url=script(answer).url, max_retries=0), 20)


def test_informational_answers_are_skipped(script: MakeScript, llm: MakeLLM, road: Road) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    assert road.call(llm(endpoint_url=script(b"HTTP/1.1 100 Continue\r\n\r\n" + hints * 2 + OK).url)) == "ok"


def test_headers_may_be_long(script: MakeScript, llm: MakeLLM, road: Road) -> None:
    long = b"X-Long: " + b"a" * 60_000
    assert road.call(llm(endpoint_url=script(OK.replace(b"\r\n", b"\r\n" + long + b"\r\n", 1)).url)) == "ok"


def test_a_proxy_without_a_scheme(server: Server, llm: MakeLLM, road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.origin.removeprefix("http://"))
    server.answer_with(echo)
    assert road.call(llm(endpoint_url=f"http://bare-{road.name}.example/score")) == "x"


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_bundle_that_is_none_is_told_by_its_variable(
    server: Server, llm: MakeLLM, road: Road, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, text: str | None
) -> None:
    if text:
        (tmp_path / "ca.pem").write_text(text)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    server.answer_with(echo)
    assert road.call(llm()) == "x"
    with pytest.raises(CertificateError, match="REQUESTS_CA_BUNDLE"):
        road.call(llm(endpoint_url="https://127.0.0.1:1/score", max_retries=3))


@pytest.fixture
def deaf() -> Iterator[str]:
    """The address of a server that accepts connections and never reads."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def test_a_silent_handshake_is_a_connection_not_made(deaf: str, llm: MakeLLM, road: Road) -> None:
    with pytest.raises(EndpointTimeoutError) as caught:
        road.call(llm(endpoint_url=f"https://{deaf}/score", max_retries=0), timeout=Timeout(connect=0.1, read=3))
    assert caught.value.phase == "connect"


@pytest.mark.slow
def test_an_unread_request_is_silence_too(deaf: str, llm: MakeLLM, road: Road) -> None:
    started = time.monotonic()
    with pytest.raises(EndpointTimeoutError) as caught:
        road.call(
            llm(endpoint_url=f"http://{deaf}/score", max_retries=0), "x" * 20_000_000, timeout=Timeout(read=0.2)
        )
    assert caught.value.phase == "read"
    assert time.monotonic() - started < 3


def test_large_requests_arrive(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer_with(lambda seen: Answer(body=[{"0": str(len(json.dumps(seen.json)))}]))
    assert int(road.call(llm(), "x" * 3_000_000)) > 3_000_000
