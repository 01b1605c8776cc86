"""Both roads over real sockets: what is sent, what is read, and every failure as an error of ours.

Each test runs sync and async: `call` and `stream` walk the road that the parameter names.
"""

import asyncio
import gzip
import socket
import sys
import threading
import time
from contextlib import ExitStack
from typing import Any

import aiohttp
import pytest
import requests
import trustme
import urllib3

from azureml_endpoint import (
    AuthenticationError,
    AzureMLOnlineEndpoint,
    CertificateError,
    EndpointTimeoutError,
    RedirectError,
    ServiceUnavailableError,
    StreamCutError,
    StreamEventError,
    Timeout,
    UnreachableError,
)
from azureml_endpoint import transport as sync_road
from azureml_endpoint import transport_async as async_road
from azureml_endpoint.client import Caller
from azureml_endpoint.exchanges import Attempt, Limits, Request

from .conftest import KEY, STREAM, Answer, MakeLLM, Server, echo, sse, text_event


class Road:
    def __init__(self, name: str) -> None:
        self.name = name

    def call(self, llm: AzureMLOnlineEndpoint, prompt: str = "x", **kwargs: Any) -> str:
        if self.name == "sync":
            return llm.invoke(prompt, **kwargs)
        return asyncio.run(llm.ainvoke(prompt, **kwargs))

    def stream(self, llm: AzureMLOnlineEndpoint, prompt: str = "x", **kwargs: Any) -> list[str]:
        if self.name == "sync":
            return list(llm.stream(prompt, **kwargs))

        async def collect() -> list[str]:
            return [piece async for piece in llm.astream(prompt, **kwargs)]

        return asyncio.run(collect())


@pytest.fixture(params=["sync", "async"])
def road(request: pytest.FixtureRequest) -> Road:
    return Road(request.param)


def awake(llm: AzureMLOnlineEndpoint) -> list[float]:
    """Let the endpoint note its pauses instead of sleeping."""
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    llm._caller = Caller(sleep=pauses.append, async_sleep=note)
    return pauses


def test_what_is_sent(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer_with(echo)
    assert road.call(llm("/score?x=1", deployment_name="blue"), 'a "b"\né', temperature=0) == 'a "b"\né'
    assert server.last.path == "/score?x=1"
    assert server.last.headers == {
        "host": server.origin.removeprefix("http://"),
        "user-agent": "azureml-endpoint",
        "accept-encoding": "gzip, deflate",
        "authorization": f"Bearer {KEY}",
        "content-length": str(len(server.last.body)),
        "content-type": "application/json",
        "accept": "application/json",
        "azureml-model-deployment": "blue",
    }


def test_without_a_deployment_there_is_no_header(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer_with(echo)
    road.call(llm())
    assert "azureml-model-deployment" not in server.last.headers


def test_connections_are_kept(server: Server, llm: MakeLLM) -> None:
    server.answer_with(echo)
    endpoint = llm()
    for number in range(5):
        assert endpoint.invoke(str(number)) == str(number)
    assert server.connections == 1

    async def five() -> None:
        for number in range(5):
            assert await endpoint.ainvoke(str(number)) == str(number)

    asyncio.run(five())
    assert server.connections == 2


def test_several_event_loops_and_none_leaves_anything_open(server: Server, llm: MakeLLM) -> None:
    server.answer_with(echo)
    endpoint = llm()
    for number in range(3):
        assert asyncio.run(endpoint.ainvoke(str(number))) == str(number)
    assert endpoint._caller._async_transport._sessions == {}

    async def closed_by_hand() -> str:
        async with endpoint:
            await endpoint.ainvoke("a")
        return await endpoint.ainvoke("b")

    assert asyncio.run(closed_by_hand()) == "b"


def test_a_closed_endpoint_can_call_again(server: Server, llm: MakeLLM) -> None:
    server.answer_with(echo)
    with llm() as endpoint:
        assert endpoint.invoke("a") == "a"
    assert endpoint.invoke("b") == "b"


def test_compressed_answers_are_read(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer(Answer(body=gzip.compress(b'[{"0": "x"}]'), headers={"Content-Encoding": "gzip"}))
    assert road.call(llm()) == "x"


def test_cookies_and_netrc_are_not_ours(
    server: Server, llm: MakeLLM, road: Road, tmp_path: Any, monkeypatch: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.answer(Answer(body=[{"0": "x"}], headers={"Set-Cookie": "a=b"}))
    endpoint = llm()
    road.call(endpoint)
    road.call(endpoint)
    assert server.last.headers["authorization"] == f"Bearer {KEY}"
    assert "cookie" not in server.last.headers


def test_a_failure_is_typed_and_shows_no_key(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer(Answer(401, f"bad key {KEY}", headers={"x-request-id": "r1"}))
    with pytest.raises(AuthenticationError, match="bad key") as caught:
        road.call(llm())
    assert caught.value.request_id == "r1"
    assert KEY not in f"{caught.value!r}{caught.value.body}"


def test_retries(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer(Answer(503), Answer(429, headers={"Retry-After": "2"}), Answer(body=[{"0": "x"}]))
    endpoint = llm(max_retries=2)
    pauses = awake(endpoint)
    assert road.call(endpoint) == "x"
    assert len(server.seen) == 3
    assert 0.25 <= pauses[0] <= 0.5
    assert pauses[1] == 2


def test_no_more_tries_than_allowed(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer(Answer(503))
    endpoint = llm(max_retries=3)
    awake(endpoint)
    with pytest.raises(ServiceUnavailableError):
        road.call(endpoint)
    assert len(server.seen) == 4


def test_an_answer_that_broke_off_is_not_asked_for_again(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer(Answer(body=[{"0": "x"}], cut=True), Answer(body=[{"0": "x"}]))
    endpoint = llm(max_retries=5)
    pauses = awake(endpoint)
    with pytest.raises(UnreachableError) as caught:
        road.call(endpoint)
    assert caught.value.status == 200
    assert (len(server.seen), pauses) == (1, [])


def test_nobody_listening(llm: MakeLLM, road: Road) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/score"
    endpoint = llm(endpoint_url=url, max_retries=1)
    pauses = awake(endpoint)
    with pytest.raises(UnreachableError, match="no answer from"):
        road.call(endpoint)
    assert len(pauses) == 1


@pytest.mark.slow
@pytest.mark.parametrize("answer", [
    Answer(pause=4.0, body=[{"0": "x"}]),
    Answer(chunks=[b" "] * 200, pause=0.02),
    Answer(chunks=[b" "] * 20, pause=0.12),
    Answer(drip_head=0.03),
])  # fmt: skip
def test_a_total_timeout_holds_however_the_server_drips(
    server: Server, llm: MakeLLM, road: Road, answer: Answer
) -> None:
    server.answer(answer)
    started = time.monotonic()
    with pytest.raises(EndpointTimeoutError) as caught:
        road.call(llm(), timeout=Timeout(total=0.15))
    assert caught.value.phase == "total"
    assert 0.14 <= time.monotonic() - started < 2


@pytest.mark.slow
def test_a_read_timeout_is_about_silence(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer(Answer(chunks=[b'[{"0":', b' "x"', b"}]"], pause=0.15))
    assert road.call(llm(timeout=(1, 2))) == "x"
    with pytest.raises(EndpointTimeoutError) as caught:
        road.call(llm(timeout=(1, 0.05), max_retries=5))
    assert caught.value.phase == "read"
    assert len(server.seen) == 2


def test_the_timeout_is_not_sent(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer_with(echo)
    road.call(llm(), timeout=3.5)
    assert server.last.json["input_data"]["parameters"] == {}


def test_a_redirect_within_the_origin_is_followed(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer_with(
        lambda seen: Answer(307, headers={"Location": "/new"}) if seen.path == "/score" else echo(seen)
    )
    assert road.call(llm()) == "x"
    assert server.last.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_key_goes_to_another_origin(server: Server, llm: MakeLLM, road: Road, status: int) -> None:
    with Server() as other:
        thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.answer(Answer(status, headers={"Location": f"{other.origin}/score"}))
        with pytest.raises(RedirectError):
            road.call(llm())
        other.shutdown()
        thread.join()
        assert other.seen == []


def test_no_proxy_for_this_machine(server: Server, llm: MakeLLM, road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server.answer_with(echo)
    assert road.call(llm()) == "x"


def test_a_proxy_of_the_environment_is_used(
    server: Server, llm: MakeLLM, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.origin)
    server.answer_with(echo)
    endpoint = llm(endpoint_url=f"http://endpoint-{road.name}.example/score")
    assert road.call(endpoint) == "x"
    assert server.last.path == f"http://endpoint-{road.name}.example/score"


def test_pieces_arrive_one_by_one(server: Server, llm: MakeLLM) -> None:
    server.answer(Answer(headers=STREAM, chunks=sse(text_event("a"), text_event("b", "stop")), pause=0.1))
    pieces = llm("/v1/completions").stream("x", stop=["END"], temperature=0)
    assert next(pieces) == "a"
    seen_at = time.monotonic()
    assert next(pieces) == "b"
    assert time.monotonic() - seen_at > 0.05
    assert list(pieces) == []
    assert server.last.json == {"prompt": "x", "temperature": 0, "stop": ["END"], "stream": True}


def test_streams(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer(Answer(headers=STREAM, chunks=sse(text_event("a"), text_event("b", "stop"))))
    assert road.stream(llm("/v1/completions")) == ["a", "b"]


def test_a_stream_is_tried_again_until_its_first_byte(server: Server, llm: MakeLLM, road: Road) -> None:
    good = Answer(headers=STREAM, chunks=sse(text_event("a", "stop")))
    server.answer(Answer(503), good)
    endpoint = llm("/v1/completions")
    assert len(awake(endpoint)) == 0
    assert road.stream(endpoint) == ["a"]
    torn = Answer(headers=STREAM, chunks=sse(text_event("a"), done=False), cut=True)
    server.answer(torn)
    endpoint.max_retries = 5
    with pytest.raises(StreamCutError) as caught:
        road.stream(endpoint)
    assert caught.value.partial == "a"
    assert len(server.seen) == 3


def test_a_stream_that_fails_in_the_middle(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer(Answer(headers=STREAM, chunks=sse(text_event("a"), {"error": {"message": "boom"}})))
    with pytest.raises(StreamEventError, match="boom"):
        road.stream(llm("/v1/completions"))
    server.answer(Answer(headers=STREAM, chunks=sse(text_event("a"), text_event("b")), pause=0.15))
    with pytest.raises(EndpointTimeoutError) as caught:
        road.stream(llm("/v1/completions", timeout=(1, 0.05)))
    assert caught.value.phase == "read"


@pytest.mark.slow
def test_a_stream_is_not_bounded_as_a_whole_unless_asked(server: Server, llm: MakeLLM, road: Road) -> None:
    events = [text_event("a")] * 5 + [text_event("b", "stop")]
    server.answer(Answer(headers=STREAM, chunks=sse(*events), pause=0.06))
    assert "".join(road.stream(llm("/v1/completions", timeout=0.2))) == "aaaaab"
    with pytest.raises(EndpointTimeoutError) as caught:
        road.stream(llm("/v1/completions", timeout=Timeout(total=0.2)))
    assert caught.value.phase == "total"
    assert caught.value.partial.startswith("a")


def test_an_endpoint_that_does_not_stream_gives_one_piece(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer(Answer(body={"choices": [{"text": "whole"}]}, headers={"Content-Type": "application/json"}))
    assert road.stream(llm("/v1/completions")) == ["whole"]
    server.answer_with(echo)
    assert road.stream(llm()) == ["x"]


def test_leaving_a_stream_closes_the_connection(server: Server, llm: MakeLLM, road: Road) -> None:
    server.answer(Answer(headers=STREAM, chunks=sse(*[text_event("a" * 50_000)] * 200), pause=0.005))
    endpoint = llm("/v1/completions")
    if road.name == "sync":
        for _ in endpoint.stream("x"):
            break
    else:

        async def first() -> None:
            async for _ in endpoint.astream("x"):
                break
            await asyncio.sleep(0.05)

        asyncio.run(first())
    assert server.left.wait(2)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_server(server: Server, authority: trustme.CA, tmp_path: Any) -> Server:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return server


def test_tls(tls_server: Server, llm: MakeLLM, road: Road, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tls_server.answer_with(echo)
    url = tls_server.origin.replace("http:", "https:") + "/score"
    strange = llm(endpoint_url=url, max_retries=5)
    pauses = awake(strange)
    with pytest.raises(CertificateError, match="no trusted connection"):
        road.call(strange)
    assert pauses == []
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    trusted = llm(endpoint_url=url)
    assert road.call(trusted) == "x"
    assert road.call(trusted, timeout=Timeout(total=3)) == "x"


def test_a_certificate_folder_is_a_bundle_too(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from azureml_endpoint.surroundings import tls_context

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert tls_context().cert_store_stats()["x509"] == 0


def failures(module: Any, *roots: type[Exception]) -> list[type[Exception]]:
    found = {each for each in vars(module).values() if isinstance(each, type) and issubclass(each, roots)}
    return sorted(found, key=str)


def made(kind: type[Exception]) -> Exception:
    class Described(kind):  # type: ignore[misc,valid-type]  # some say nothing without all their attributes
        def __str__(self) -> str:
            return "boom"

    return Described.__new__(Described)


ATTEMPT = Attempt(Request("https://h/score", b"", KEY), Limits(1, 1, float("inf")))
OTHERS = [OSError, TimeoutError, ConnectionResetError, socket.gaierror]
OF_REQUESTS = failures(requests.exceptions, requests.RequestException)
OF_URLLIB3 = failures(urllib3.exceptions, urllib3.exceptions.HTTPError, urllib3.exceptions.ProxySchemeUnsupported)
OF_AIOHTTP = failures(aiohttp, aiohttp.ClientError)


@pytest.mark.parametrize("kind", [*OF_REQUESTS, *OF_URLLIB3, *OTHERS])
def test_every_failure_of_requests_is_mapped(kind: type[Exception]) -> None:
    with pytest.raises((UnreachableError, EndpointTimeoutError)), sync_road._mapped(ATTEMPT):
        raise made(kind)


@pytest.mark.parametrize("kind", [*OF_AIOHTTP, *OTHERS])
def test_every_failure_of_aiohttp_is_mapped(kind: type[Exception]) -> None:
    with pytest.raises((UnreachableError, EndpointTimeoutError)), async_road._mapped(ATTEMPT):
        raise made(kind)


def test_one_endpoint_serves_many_threads_without_cross_talk(server: Server, llm: MakeLLM) -> None:
    server.answer_with(lambda seen: Answer(body=[{"0": f"{seen.json['input_data']}"}]))
    endpoint = llm(model_kwargs={"top_p": 1})
    results: dict[int, str] = {}

    def work(number: int) -> None:
        results[number] = endpoint.invoke(f"p{number}", n=number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, text in results.items():
        assert text == f"{{'input_string': ['p{number}'], 'parameters': {{'top_p': 1, 'n': {number}}}}}"
    assert len(results) == 64


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full backlog refuses instead of staying silent")
def test_a_connect_timeout_is_tried_again(llm: MakeLLM, road: Road) -> None:
    with ExitStack() as open_sockets:
        full = open_sockets.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            waiting = open_sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        endpoint = llm(endpoint_url=f"http://127.0.0.1:{full.getsockname()[1]}/score", timeout=(0.1, 5))
        pauses = awake(endpoint)
        started = time.monotonic()
        with pytest.raises(EndpointTimeoutError) as caught:
            road.call(endpoint)
        assert caught.value.phase == "connect"
        assert len(pauses) == 1
        assert 0.19 <= time.monotonic() - started < 3
