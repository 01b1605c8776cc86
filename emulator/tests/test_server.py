"""The server on a real socket, called with nothing but the standard library."""

import http.client
import json
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import trustme

from azureml_emulator.emulator import Emulator
from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.errors import ConfigError

GPT2 = json.dumps({"inputs": {"input_string": ["hello"]}}).encode()
HEADERS = {"Authorization": f"Bearer {DEVELOPMENT_KEY}", "Content-Type": "application/json"}


def address(url):
    host, _, port = url.split("//")[1].split("/")[0].partition(":")
    return host, int(port)


def post(url, body=GPT2, headers=HEADERS, path="/score", method="POST"):
    connection = http.client.HTTPConnection(*address(url), timeout=10)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def raw(url, data):
    """Send bytes as they are, and read until the server hangs up or has nothing more to say."""
    with socket.create_connection(address(url), timeout=2) as connection:
        connection.sendall(data)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
                connection.settimeout(0.3)
        except TimeoutError:
            pass
        return received


@pytest.fixture(scope="module")
def emulator():
    slow = {"type": "tokens", "first_ms": 100, "gap_ms": 50}
    endpoints = [
        Endpoint("gpt2", schema="gpt2"),
        Endpoint("chat", schema="chat"),
        Endpoint("slow", schema="chat", latency=slow),
        Endpoint("timed", schema="chat", latency=slow, request_settings={"request_timeout_ms": 170}),
        Endpoint(
            "narrow",
            schema="chat",
            latency={"type": "constant", "ms": 300},
            request_settings={"max_concurrent_requests_per_instance": 1},
        ),
    ]
    with Emulator(endpoints, max_body=1 << 20) as running:
        yield running


def test_header_names_are_lower_case_as_envoy_writes_them(emulator):
    _, headers, _ = post(emulator["gpt2"].base_url)
    assert all(name == name.lower() for name in headers)
    assert headers["server"] == "azureml-frontdoor"


def test_a_connection_is_kept(emulator):
    connection = http.client.HTTPConnection(*address(emulator["gpt2"].base_url))
    for _ in range(3):
        connection.request("POST", "/score", GPT2, HEADERS)
        assert connection.getresponse().read() == b'[{"0": "hello"}]'
        first = connection.sock
        assert first is not None
    connection.close()


def test_endpoints_also_live_on_the_main_port(emulator):
    assert post(emulator.url, path="/gpt2/score")[0] == 200
    assert post(emulator.url, headers={**HEADERS, "Host": "gpt2.localhost"})[0] == 200
    assert post(emulator.url)[0] == 200, "the only endpoint that serves /score"


def test_the_query_does_not_matter(emulator):
    body = json.dumps({"messages": [{"role": "user", "content": "x"}]}).encode()
    assert post(emulator["chat"].base_url, body, path="/chat/completions?api-version=2024-05-01-preview")[0] == 200


def test_a_chunked_body_is_read(emulator):
    connection = http.client.HTTPConnection(*address(emulator["gpt2"].base_url))
    connection.request("POST", "/score", iter([GPT2[:10], GPT2[10:]]), HEADERS, encode_chunked=True)
    assert connection.getresponse().read() == b'[{"0": "hello"}]'
    connection.close()


def test_expect_100_continue_is_answered_before_the_body(emulator):
    head = "POST /score HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n"
    head += (
        "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items()) + f"Content-Length: {len(GPT2)}\r\n\r\n"
    )
    with socket.create_connection(address(emulator["gpt2"].base_url), timeout=5) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(GPT2)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_chunked_body_may_have_extensions_and_trailers(emulator):
    head = "POST /score HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    chunks = b"5;name=value\r\n%b\r\n%x\r\n%b\r\n0\r\nx-checksum: 1\r\n\r\n" % (GPT2[:5], len(GPT2) - 5, GPT2[5:])
    assert raw(emulator["gpt2"].base_url, head.encode() + b"\r\n" + chunks).endswith(b'[{"0": "hello"}]')


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_refused_whether_it_says_its_length_or_not(emulator, declared):
    big = b" " * (2 << 20)
    connection = http.client.HTTPConnection(*address(emulator["gpt2"].base_url), timeout=10)
    with suppress(ConnectionError):  # the answer may be there before the body is out
        connection.request("POST", "/score", big if declared else iter([big]), HEADERS, encode_chunked=not declared)
    response = connection.getresponse()
    assert response.status == 424
    assert response.headers["ms-azureml-model-error-statuscode"] == "413"
    connection.close()


def test_a_head_request_has_no_body(emulator):
    status, headers, body = post(emulator["gpt2"].base_url, b"", method="HEAD")
    assert (status, headers["ms-azureml-model-error-statuscode"], body) == (424, "405", b"")


def test_a_stream_comes_when_it_is_due_and_in_pieces(emulator):
    body = json.dumps({"messages": [{"role": "user", "content": "one two three four"}], "stream": True}).encode()
    connection = http.client.HTTPConnection(*address(emulator["slow"].base_url))
    start = time.monotonic()
    connection.request("POST", "/chat/completions", body, HEADERS)
    response = connection.getresponse()
    assert response.headers["transfer-encoding"] == "chunked"
    arrived = []
    while response.read1():
        arrived.append(time.monotonic() - start)
    connection.close()
    assert len(arrived) >= 4
    assert arrived[0] >= 0.1
    assert arrived[-1] >= 0.25


def test_a_stream_past_its_time_limit_ends_without_its_end(emulator):
    body = json.dumps({"messages": [{"role": "user", "content": "one two three four"}], "stream": True})
    head = "POST /chat/completions HTTP/1.1\r\nHost: x\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    start = time.monotonic()
    received = raw(emulator["timed"].base_url, f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    assert 0.17 <= time.monotonic() - start < 1.5, "the server hangs up"
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"one" in received
    assert b"four" not in received
    assert not received.endswith(b"0\r\n\r\n")


def test_an_answer_past_its_time_limit_is_a_408_and_the_connection_is_kept(emulator):
    body = json.dumps({"messages": [{"role": "user", "content": "one two three four"}]}).encode()
    connection = http.client.HTTPConnection(*address(emulator["timed"].base_url), timeout=5)
    for _ in range(2):
        start = time.monotonic()
        connection.request("POST", "/chat/completions", body, HEADERS)
        response = connection.getresponse()
        assert (response.status, response.read()) == (408, b"upstream request timeout")
        assert time.monotonic() - start >= 0.17
    connection.close()


@pytest.mark.slow
def test_one_too_many_is_refused_at_once(emulator):
    body = json.dumps({"messages": [{"role": "user", "content": "x"}]}).encode()
    start = time.monotonic()
    with ThreadPoolExecutor(5) as pool:
        calls = [pool.submit(post, emulator["narrow"].base_url, body, path="/chat/completions") for _ in range(5)]
        answers = sorted((call.result()[0], call.result()[1].get("ms-azureml-model-error-reason")) for call in calls)
    assert answers == [(200, None)] * 2 + [(429, "too_many_pending_request")] * 3
    assert time.monotonic() - start >= 0.6, "the second one waits for the first"


def test_a_browser_gets_nowhere(emulator):
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    status, headers, _ = post(emulator["gpt2"].base_url, b"", asked, method="OPTIONS")
    assert status == 401
    assert not any(name.lower().startswith("access-control") for name in headers)


def test_a_stream_to_http_1_0_ends_with_the_connection(emulator):
    body = json.dumps({"messages": [{"role": "user", "content": "x"}], "stream": True})
    head = "POST /chat/completions HTTP/1.0\r\nHost: x\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    received = raw(emulator["chat"].base_url, f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    assert b"chunked" not in received.lower().split(b"\r\n\r\n")[0]
    assert received.endswith(b"data: [DONE]\n\n")


def test_slow_answers_do_not_hold_up_others(emulator):
    body = json.dumps({"messages": [{"role": "user", "content": "one two three four"}]}).encode()
    start = time.monotonic()
    with ThreadPoolExecutor(20) as pool:
        calls = [pool.submit(post, emulator["slow"].base_url, body, path="/chat/completions") for _ in range(20)]
        assert {call.result()[0] for call in calls} == {200}
    assert time.monotonic() - start < 20 * 0.25


def test_who_goes_away_is_noted(emulator):
    emulator.reset()
    body = json.dumps({"messages": [{"role": "user", "content": "word " * 40}], "stream": True})
    head = "POST /chat/completions HTTP/1.1\r\nHost: x\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    with socket.create_connection(address(emulator["slow"].base_url)) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        connection.recv(100)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    deadline = time.monotonic() + 5
    while not emulator["slow"].calls[0].notes and time.monotonic() < deadline:
        time.sleep(0.02)
    assert emulator["slow"].calls[0].notes == ["the caller went away before the answer was out"]
    assert emulator["slow"].calls[0].served is None


@pytest.mark.parametrize("declared", [10_000_000, None])
def test_who_goes_away_while_sending_causes_no_traceback(emulator, declared, capfd, caplog):
    length = f"Content-Length: {declared}" if declared else "Transfer-Encoding: chunked"
    lines = ["POST /score HTTP/1.1", "Host: x", length, *(f"{name}: {value}" for name, value in HEADERS.items())]
    for reset in (True, False):
        with socket.create_connection(address(emulator["gpt2"].base_url)) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + b"1000\r\n" + b"x" * 1000)
            time.sleep(0.05)
            if reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    time.sleep(0.1)
    assert post(emulator["gpt2"].base_url)[0] == 200
    assert "Traceback" not in caplog.text + "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "data",
    [
        b"garbage\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /score HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"POST /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /score HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET http://[::bad/score HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=lambda data: repr(data[:40]),
)
def test_what_is_no_http_gets_a_4xx_and_no_traceback(emulator, data, capfd, caplog):
    received = raw(emulator["gpt2"].base_url, data)
    assert received == b"" or received.split(b" ")[1].startswith(b"4"), received
    assert "Traceback" not in received.decode("latin-1") + caplog.text + "".join(capfd.readouterr())
    assert post(emulator["gpt2"].base_url)[0] == 200


class TestAdmin:
    def ask(self, emulator, path, method="GET"):
        status, headers, body = post(emulator.url, b"", {}, path, method)
        assert headers["Content-Type"] == "application/json"
        return status, json.loads(body)

    def test_health(self, emulator):
        assert self.ask(emulator, "/_emulator/health") == (200, {"status": "ok"})

    def test_endpoints_are_listed_without_their_keys(self, emulator):
        status, endpoints = self.ask(emulator, "/_emulator/endpoints")
        assert status == 200
        assert [one["name"] for one in endpoints] == ["gpt2", "chat", "slow", "timed", "narrow"]
        assert endpoints[0]["url"] == emulator["gpt2"].url
        assert "key" not in json.dumps(endpoints)

    def test_calls_and_reset(self, emulator):
        assert self.ask(emulator, "/_emulator/reset", "POST")[0] == 200
        for _ in range(3):
            post(emulator["gpt2"].base_url)
        post(emulator["chat"].base_url, b"{}", path="/chat/completions")
        status, calls = self.ask(emulator, "/_emulator/calls")
        assert (status, [one["endpoint"] for one in calls]) == (200, ["gpt2"] * 3 + ["chat"])
        assert calls[0]["prompts"] == ["hello"]
        assert len(self.ask(emulator, "/_emulator/calls?endpoint=chat")[1]) == 1
        assert len(self.ask(emulator, "/_emulator/calls?limit=2")[1]) == 2
        assert self.ask(emulator, "/_emulator/calls?limit=0")[1] == []
        for limit in ("x", "9" * 5000, "-1", ""):
            assert self.ask(emulator, f"/_emulator/calls?limit={limit}")[0] == 400

    def test_what_was_meant_and_achieved_is_summed_up_by_endpoint(self, emulator):
        self.ask(emulator, "/_emulator/reset", "POST")
        body = json.dumps({"messages": [{"role": "user", "content": "one two three"}], "stream": True}).encode()
        for _ in range(2):
            assert post(emulator["slow"].base_url, body, path="/chat/completions")[0] == 200
        assert post(emulator["slow"].base_url, b"{}", path="/chat/completions")[0] != 200
        status, summed = self.ask(emulator, "/_emulator/latency")
        assert (status, list(summed), summed["slow"]["answers"]) == (200, ["slow"], 2)
        assert summed["slow"]["ttft_ms"]["target"] == {"p50": 100.0, "p90": 100.0, "p99": 100.0}
        assert summed["slow"]["total_ms"]["target"]["p99"] == 200.0
        assert summed["slow"]["total_ms"]["achieved"]["p50"] >= 200.0
        assert summed["slow"]["total_ms"]["error"]["p99"] >= summed["slow"]["total_ms"]["error"]["mean"] >= 0
        call = self.ask(emulator, "/_emulator/calls?endpoint=slow")[1][0]
        assert call["punctuality"]["first_planned_ms"] == 100.0
        assert call["punctuality"]["first_ms"] >= 100.0

    def test_a_key_in_a_prompt_or_path_is_blotted_out(self, emulator):
        post(emulator["gpt2"].base_url, json.dumps({"inputs": {"input_string": [DEVELOPMENT_KEY]}}).encode())
        post(emulator["gpt2"].base_url, path=f"/{DEVELOPMENT_KEY}")
        assert DEVELOPMENT_KEY not in json.dumps(self.ask(emulator, "/_emulator/calls")[1])

    def test_an_odd_key_is_blotted_out_and_names_stay(self):
        key = 'endpoint"\\ghi-secret'
        endpoints = [Endpoint("endpoint", schema="gpt2", key="endpoint"), Endpoint("b", schema="gpt2", key=key)]
        with Emulator(endpoints) as odd:
            body = json.dumps({"inputs": {"input_string": [key]}}).encode()
            post(odd["b"].base_url, body, {**HEADERS, "Authorization": f"Bearer {key}"})
            (call,) = self.ask(odd, "/_emulator/calls")[1]
            assert "ghi-secret" not in json.dumps(call)
            assert [one["name"] for one in self.ask(odd, "/_emulator/endpoints")[1]] == ["endpoint", "b"]

    def test_other_routes_and_methods_are_told_what_there_is(self, emulator):
        status, answer = self.ask(emulator, "/_emulator/nope")
        assert (status, answer["routes"][0]) == (404, "GET /_emulator/health")
        assert self.ask(emulator, "/_emulator/reset")[0] == 405

    def test_endpoints_own_ports_have_no_admin_routes(self, emulator):
        assert post(emulator["gpt2"].base_url, path="/_emulator/health", method="GET")[0] == 424


class TestEmulator:
    def test_several_live_side_by_side(self):
        with (
            Emulator([Endpoint("a", schema="gpt2", key="one")]) as one,
            Emulator([Endpoint("a", schema="gpt2")]) as two,
        ):
            assert one["a"].url != two["a"].url
            assert post(one["a"].base_url, headers={**HEADERS, "Authorization": "Bearer one"})[0] == 200
            assert len(one["a"].calls) == 1
            assert two["a"].calls == []

    def test_async_with(self):
        import asyncio

        async def run():
            async with Emulator([Endpoint("a", schema="gpt2")]) as emulator:
                return post(emulator["a"].base_url)[0]

        assert asyncio.run(run()) == 200

    def test_endpoints_come_and_go(self):
        with Emulator() as emulator:
            added = emulator.add(Endpoint("late", schema="gpt2"))
            assert post(added.base_url)[0] == 200
            assert [one.name for one in emulator] == ["late"]
            emulator.remove("late")
            with pytest.raises(ConnectionRefusedError):
                post(added.base_url)

    def test_it_speaks_https(self):
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        trusting = ssl.create_default_context()
        authority.configure_trust(trusting)
        with Emulator([Endpoint("a", schema="gpt2")], ssl_context=context) as emulator:
            assert emulator["a"].url.startswith("https://")
            connection = http.client.HTTPSConnection(*address(emulator["a"].url), context=trusting)
            connection.request("POST", "/score", GPT2, HEADERS)
            assert connection.getresponse().status == 200
            connection.close()

    def test_a_port_that_is_taken_is_one_clear_line_and_leaves_nothing_behind(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            threads = threading.active_count()
            with pytest.raises(ConfigError, match=f"port {port} on 127.0.0.1, for the main port, is taken"):
                Emulator(port=port).start()
            with pytest.raises(ConfigError, match="for endpoint 'a', is taken"):
                Emulator([Endpoint("a", schema="gpt2", port=port)]).start()
            assert threading.active_count() == threads

    def test_open_answers_finish_when_it_stops(self):
        slow = Endpoint("a", schema="gpt2", latency={"type": "constant", "ms": 300})
        with Emulator([slow]) as emulator, ThreadPoolExecutor() as pool:
            call = pool.submit(post, emulator["a"].base_url)
            while not emulator["a"].calls:
                time.sleep(0.01)
            emulator.stop()
            assert call.result()[0] == 200

    def test_before_and_after_it_runs_it_says_so(self):
        emulator = Emulator([Endpoint("a", schema="gpt2")])
        with pytest.raises(RuntimeError, match="not running"):
            _ = emulator["a"].url
        for _ in range(2):
            with emulator:
                assert post(emulator["a"].base_url)[0] == 200
        assert len(emulator["a"].calls) == 2, "calls can be looked at afterwards, and it can run again"
        with pytest.raises(RuntimeError, match="not running"):
            _ = emulator.url

    def test_an_endpoint_whose_port_is_taken_is_not_there(self):
        with Emulator([Endpoint("a", schema="gpt2")]) as emulator:
            taken = int(emulator["a"].base_url.rpartition(":")[2])
            with pytest.raises(ConfigError, match="is taken"):
                emulator.add(Endpoint("b", schema="gpt2", port=taken))
            assert [one.name for one in emulator] == ["a"]
            emulator.add(Endpoint("b", schema="gpt2"))
            with pytest.raises(KeyError, match="no endpoint 'c'; there are: a, b"):
                emulator["c"]

    @pytest.mark.parametrize("wrong", [{"port": 99999}, {"host": "a..b"}, {"host": "x" * 70}, {"journal": -1}])
    def test_what_cannot_be_is_a_configuration_error(self, wrong):
        with pytest.raises(ConfigError):
            Emulator(**wrong).start()

    @pytest.mark.parametrize("wrong", ["gpt2", ["gpt2"]])
    def test_what_is_no_endpoint_is_told_so(self, wrong):
        with pytest.raises(ConfigError, match="expected a list of Endpoint"):
            Emulator(wrong)

    def test_two_of_them_speak_at_once_without_mixing_their_words(self):
        bodies = [json.dumps({"inputs": {"input_string": [f"prompt {n}"]}}).encode() for n in range(30)]
        faker = Endpoint("a", schema="gpt2", answer="faker")
        with Emulator([faker], seed=1) as one, Emulator([faker], seed=1) as two, ThreadPoolExecutor(8) as pool:
            urls = [one["a"].base_url, two["a"].base_url] * 3
            rounds = [list(pool.map(lambda body, url=url: post(url, body)[2], bodies)) for url in urls]
        assert all(answers == rounds[0] for answers in rounds)

    def test_no_key_in_any_repr(self):
        with Emulator([Endpoint("a", schema="gpt2", key="a-secret")]) as emulator:
            assert "a-secret" not in repr(emulator) + repr(emulator["a"]) + repr(emulator.engine) + repr(
                emulator["a"].settings
            )
            assert emulator["a"].key == "a-secret"
