"""Limits as real clients feel them on a socket: requests, the openai SDK, our client, and one who hangs up."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from urllib.parse import urlsplit

import httpx
import openai
import pytest
import requests

import azureml_endpoint
from azureml_emulator import Emulator, Endpoint

pytestmark = pytest.mark.slow

HELLO = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 9}
ONE_AT_ONCE = {"max_concurrent_requests_per_instance": 1}


@pytest.fixture
def host():
    """Serve an endpoint for as long as the test runs."""
    emulators = []

    def host(**settings):
        emulators.append(Emulator([Endpoint("mistral", schema="chat", **settings)]))
        return emulators[-1].start()["mistral"]

    yield host
    for one in emulators:
        one.stop()


def ask(endpoint, **more):
    headers = {"authorization": f"Bearer {endpoint.key}"}
    return requests.post(endpoint.url, json=HELLO | more, headers=headers, timeout=20)


def begin(endpoint, **more):
    """Ask on a socket that can be closed at any time."""
    parts, body = urlsplit(endpoint.url), json.dumps(HELLO | more).encode()
    head = f"POST {parts.path} HTTP/1.1\r\nhost: mistral\r\nauthorization: Bearer {endpoint.key}\r\n"
    head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    connection = socket.create_connection((parts.hostname, parts.port), timeout=20)
    connection.sendall(head.encode() + body)
    return connection


def eventually(what):
    """Wait until it is so, a few seconds at most."""
    end = monotonic() + 10
    while not what() and monotonic() < end:
        sleep(0.02)
    assert what()


def statuses(endpoint):
    return [call.status for call in endpoint.calls]


def test_one_is_worked_on_one_waits_and_one_is_refused(host):
    endpoint = host(latency=500, request_settings=ONE_AT_ONCE)
    with ThreadPoolExecutor(3) as three:
        start = monotonic()
        answers = sorted(three.map(lambda _: ask(endpoint), range(3)), key=lambda one: one.status_code)
        took = monotonic() - start
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[2].headers["ms-azureml-model-error-reason"] == "too_many_pending_request"
    assert took > 0.95, "the second one waited for the first"


@pytest.mark.parametrize("manner", ["seconds", "milliseconds", "date", "both"])
def test_the_openai_sdk_comes_again_when_it_is_told_to(host, manner):
    endpoint = host(rate_limit={"requests_per_minute": 60, "request_window_s": 1, "retry_after": manner})
    plain = httpx.Client(verify=False)
    base_url = endpoint.url.removesuffix("/models/chat/completions") + "/v1"
    with openai.OpenAI(api_key=endpoint.key, base_url=base_url, max_retries=4, http_client=plain) as client:
        for _ in range(2):
            answer = client.chat.completions.create(model="any", **HELLO)
            assert answer.choices[0].message.content == "Hello"
    assert statuses(endpoint)[0] == 200
    assert statuses(endpoint)[-1] == 200
    assert 429 in statuses(endpoint)


def test_the_openai_sdk_understands_the_refusal(host):
    endpoint = host(rate_limit={"tokens_per_minute": 15})
    base_url = endpoint.url.removesuffix("/models/chat/completions") + "/v1"
    with openai.OpenAI(
        api_key=endpoint.key, base_url=base_url, max_retries=0, http_client=httpx.Client(verify=False)
    ) as client:
        client.chat.completions.create(model="any", **HELLO)
        with pytest.raises(openai.RateLimitError, match="exceeded token rate limit") as refused:
            client.chat.completions.create(model="any", **HELLO)
    assert refused.value.code == "429"
    assert 55 <= int(refused.value.response.headers["retry-after"]) <= 60
    assert refused.value.response.headers["x-ratelimit-remaining-tokens"] == "5"


def test_our_client_comes_again_too(host):
    endpoint = host(rate_limit={"requests_per_minute": 60, "request_window_s": 1})
    model = azureml_endpoint.AzureMLChatOnlineEndpoint(
        endpoint_url=endpoint.url,
        endpoint_api_type="serverless",
        endpoint_api_key=endpoint.key,
        content_formatter=azureml_endpoint.CustomOpenAIChatContentFormatter(),
    )
    assert [model.invoke("Hello").content for _ in range(2)] == ["Hello", "Hello"]
    assert 429 in statuses(endpoint)


def test_who_hangs_up_on_a_stream_frees_its_slot(host):
    latency = {"type": "tokens", "first_ms": 0, "gap_ms": 30_000}
    endpoint = host(latency=latency, request_settings=ONE_AT_ONCE | {"max_pending": 1})
    connection = begin(endpoint, stream=True, messages=[{"role": "user", "content": "one two three"}])
    assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert ask(endpoint).status_code == 429
    connection.close()
    eventually(lambda: ask(endpoint).status_code == 200)


def test_who_hangs_up_while_it_waits_frees_its_place(host):
    endpoint = host(latency=1500, request_settings=ONE_AT_ONCE)
    with ThreadPoolExecutor(1) as aside:
        first = aside.submit(ask, endpoint)
        eventually(lambda: endpoint.calls)
        waiting = begin(endpoint)
        eventually(lambda: len(endpoint.calls) == 2)
        assert ask(endpoint).status_code == 429
        waiting.close()
        eventually(lambda: "went away" in endpoint.calls[1].problem)
        answer = ask(endpoint)
        assert (first.result().status_code, answer.status_code) == (200, 200)
    assert endpoint.calls[3].seconds < 3.1, "it took the turn of the one that went away"
