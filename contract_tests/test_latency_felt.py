"""Each latency model as a real client feels it on a socket: ours, requests, the openai SDK, curl.

What the journal planned is, to the last bit, what an engine without a socket or a clock plans for the same request;
nothing reaches a client earlier than that.
"""

import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import httpx
import openai
import pytest
import requests

import azureml_endpoint
from azureml_emulator import Call, Emulator, Endpoint, Engine
from azureml_emulator.latency import Latency, Load, Work

pytestmark = pytest.mark.slow

PROMPT = "one two three four five six seven eight"
BODY = {"messages": [{"role": "user", "content": PROMPT}]}
JSON = {"content-type": "application/json"}
EARLY = 0.002
"""Seconds by which a timer may go off early."""
LATE = 3.0
"""Seconds by which a busy machine may be late."""


@dataclass
class Felt:
    """When the pieces of an answer were there, in seconds after it was asked for; what they say, and the headers."""

    moments: list[float] = field(default_factory=list)
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def by_requests(endpoint, stream):
    start, felt = perf_counter(), Felt()
    headers = {"authorization": f"Bearer {endpoint.key}"}
    with requests.post(endpoint.url, json={**BODY, "stream": stream}, headers=headers, stream=True) as response:
        for line in response.iter_lines(1):
            if line and line != b"data: [DONE]":
                felt.moments.append(perf_counter() - start)
                choice = json.loads(line.removeprefix(b"data: "))["choices"][0]
                felt.text += choice["delta" if stream else "message"].get("content") or ""
    felt.headers = dict(response.headers)
    return felt


def by_openai(endpoint, stream):
    plain = httpx.Client(verify=False)  # to load certificates takes longer than to call
    with openai.OpenAI(api_key=endpoint.key, base_url=f"{endpoint.base_url}/v1", http_client=plain) as client:
        start, felt = perf_counter(), Felt()
        answer = client.chat.completions.create(model="any", **BODY, stream=stream)
        for chunk in answer if stream else [answer]:
            felt.moments.append(perf_counter() - start)
            felt.text += (chunk.choices[0].delta if stream else chunk.choices[0].message).content or ""
    return felt


def by_our_client(endpoint, stream):
    model = azureml_endpoint.AzureMLChatOnlineEndpoint(
        endpoint_url=endpoint.url,
        endpoint_api_type="serverless",
        endpoint_api_key=endpoint.key,
        content_formatter=azureml_endpoint.CustomOpenAIChatContentFormatter(),
    )
    start, felt = perf_counter(), Felt()
    for piece in model.stream(PROMPT) if stream else [model.invoke(PROMPT)]:
        felt.moments.append(perf_counter() - start)
        felt.text += piece if isinstance(piece, str) else piece.content
    return felt


def by_curl(endpoint, stream):
    assert not stream
    headers = ["-H", f"Authorization: Bearer {endpoint.key}", "-H", "Content-Type: application/json"]
    command = [str(shutil.which("curl")), "-q", "-sS", "-w", "\n%{time_total}", "--max-time", "20", *headers]
    done = subprocess.run([*command, endpoint.url, "-d", json.dumps(BODY)], capture_output=True, check=True)
    body, _, seconds = done.stdout.rpartition(b"\n")
    return Felt([float(seconds)], json.loads(body)["choices"][0]["message"]["content"])


def tokens(**settings: Any) -> dict[str, Any]:
    return {"type": "tokens", "first_ms": 40, "gap_ms": 10, **settings}


FELT = {
    "constant": [(80, by_curl, False), ({"type": "constant", "ms": 62.5}, by_our_client, True)],
    "uniform": [({"type": "uniform", "low_ms": 50, "high_ms": 90}, by_requests, False)],
    "normal": [({"type": "normal", "mean_ms": 60, "sd_ms": 10}, by_openai, False)],
    "lognormal": [({"type": "lognormal", "median_ms": 50, "p99_ms": 150}, by_our_client, False)],
    "gamma": [({"type": "gamma", "mean_ms": 60, "shape": 9}, by_curl, False)],
    "exponential": [({"type": "exponential", "mean_ms": 60}, by_requests, False)],
    "mixture": [({"type": "mixture", "parts": [{"latency": 30}, {"latency": 70}]}, by_openai, False)],
    "empirical": [({"type": "empirical", "percentiles": {"p50": 40, "p100": 90}}, by_our_client, False)],
    "tokens": [
        (tokens(prefill_ms=2), by_openai, True),
        (tokens(prefill_ms=2), by_requests, False),
        (tokens(gap_ms={"type": "exponential", "mean_ms": 12}), by_our_client, True),
        (tokens(burst=3), by_requests, True),
        (tokens(burst={"low": 1, "high": 4}), by_openai, True),
    ],
    "load_dependent": [({"type": "load_dependent", "latency": tokens(), "per_call": 1}, by_requests, True)],
    "cold_start": [({"type": "cold_start", "latency": tokens(), "start_ms": 70, "idle_s": 5}, by_openai, True)],
}
ROWS = [
    pytest.param(*row, id=f"{kind}-{number}", marks=[pytest.mark.slow] if number else [])
    for kind, rows in FELT.items()
    for number, row in enumerate(rows)
]


def planned_without_a_socket(endpoint, call):
    """Score what was sent by an engine of its own."""
    headers = {"authorization": f"Bearer {endpoint.key}", **JSON}
    engine = Engine([endpoint.settings])
    return engine.score(Call(call.method, call.path, headers, call.body, call.at, endpoint.name))


def test_each_model_is_felt():
    assert set(FELT) == set(Latency.members())
    for kind, rows in FELT.items():
        assert {Latency.of(latency).kind for latency, _, _ in rows} == {kind}


@pytest.mark.parametrize(("latency", "client", "stream"), ROWS)
def test_nothing_comes_before_its_time(azureml_emulator, latency, client, stream):
    if client is by_curl and not shutil.which("curl"):
        pytest.skip("curl is not installed")
    endpoint = azureml_emulator.endpoint("chat", latency=latency)
    felt = client(endpoint, stream)
    assert felt.text == PROMPT
    (call,) = endpoint.calls
    expected = planned_without_a_socket(endpoint, call)
    assert call.seconds == expected.seconds > 0.01
    assert call.timing == (("model", call.seconds),)
    dues = [due for due, data in expected.writes if b"[DONE]" not in data]
    dues = dues[-len(felt.moments) :]  # our client keeps what has no text to itself
    assert all(due - EARLY <= moment <= due + LATE for due, moment in zip(dues, felt.moments, strict=True))


def test_whole_answers_take_the_sum(azureml_emulator):
    endpoint = azureml_emulator.endpoint("chat", latency=tokens(prefill_ms=1))
    by_requests(endpoint, stream=False)
    by_requests(endpoint, stream=True)
    whole, streamed = endpoint.calls
    assert whole.seconds == streamed.seconds == pytest.approx(0.04 + 0.008 + 7 * 0.01)


def test_tokens_of_a_burst_come_together(azureml_emulator):
    endpoint = azureml_emulator.endpoint("chat", latency=tokens(gap_ms=60, burst=4))
    moments = by_requests(endpoint, stream=True).moments
    first, second = moments[1:5], moments[5:9]
    assert first[0] >= 0.04 + 3 * 0.06 - EARLY, "the first of a burst waits for its last"
    within = min(first[-1] - first[0], second[-1] - second[0])
    assert second[0] - first[0] > 2 * within, "within a burst, nothing waits"


def test_a_call_that_is_not_alone_takes_longer(azureml_emulator):
    latency = {"type": "load_dependent", "latency": 200, "per_call": 1}
    endpoint = azureml_emulator.endpoint("chat", latency=latency)
    with ThreadPoolExecutor(3) as threads:
        felt = list(threads.map(lambda _: by_requests(endpoint, stream=False).moments[0], range(3)))
    assert sorted(call.seconds for call in endpoint.calls) == pytest.approx([0.2, 0.4, 0.6])
    assert max(felt) >= 0.6 - EARLY


def test_only_the_first_call_finds_it_cold(azureml_emulator):
    model = {"type": "cold_start", "latency": 30, "start_ms": 200, "idle_s": 60}
    endpoint = azureml_emulator.endpoint("chat", latency=model)
    felt = [by_requests(endpoint, stream=False).moments[0] for _ in range(2)]
    assert [call.seconds for call in endpoint.calls] == [0.23, 0.03]
    assert felt[0] >= 0.23 - EARLY


def test_the_network_delays_each_piece_and_keeps_their_order(azureml_emulator):
    endpoint = azureml_emulator.endpoint("chat", latency=tokens(), network={"type": "exponential", "mean_ms": 15})
    felt = by_openai(endpoint, stream=True)
    (call,) = endpoint.calls
    expected = planned_without_a_socket(endpoint, call)
    without = Latency.of(tokens()).pace(Work())(8)
    assert felt.text == PROMPT
    assert dict(call.timing)["model"] == without < call.seconds == expected.seconds
    dues = [due for due, data in expected.writes if b"[DONE]" not in data]
    assert all(due - EARLY <= moment for due, moment in zip(dues, felt.moments, strict=True))


@pytest.mark.parametrize("stream", [False, True])
def test_what_was_injected_can_be_subtracted(azureml_emulator, stream):
    settings = {"latency": tokens(first_ms=100), "network": 12.5, "server_timing": True}
    endpoint = azureml_emulator.endpoint("chat", **settings)
    felt = by_requests(endpoint, stream)
    header = felt.headers["server-timing"]
    assert header == f"model;dur=170, network;dur=12.5{', ttft;dur=112.5' if stream else ''}"
    assert 0.1825 - EARLY <= felt.moments[-1] <= 0.1825 + LATE


def test_another_latency_from_the_next_call_on(azureml_emulator):
    endpoint = azureml_emulator.endpoint("chat", latency=120)
    endpoint.latency = 7
    before = by_requests(endpoint, stream=False).moments[0]
    endpoint.latency = tokens(first_ms=90, gap_ms=0)
    after = by_requests(endpoint, stream=False).moments[0]
    assert [call.seconds for call in endpoint.calls] == [0.007, 0.09]
    assert (before >= 0.007 - EARLY, after >= 0.09 - EARLY) == (True, True)


@pytest.mark.parametrize("at_once", [pytest.param(1, marks=pytest.mark.slow), 8])
def test_the_order_of_arrival_does_not_matter(at_once):
    """The same requests, one after another and all at once, are planned as an engine without a socket plans them."""
    settings = Endpoint("chat", schema="chat", latency=tokens(gap_ms={"type": "exponential", "mean_ms": 3}))
    bodies = [{**BODY, "temperature": number / 10} for number in range(8)]
    headers = {"authorization": f"Bearer {settings.key}"}
    with Emulator([settings]) as emulator:
        endpoint = emulator["chat"]
        url = endpoint.url
        with ThreadPoolExecutor(at_once) as threads:
            list(threads.map(lambda body: requests.post(url, json=body, headers=headers), bodies[::-1]))
        taken = {call.parameters["temperature"]: call.seconds for call in endpoint.calls}
        path = url.removeprefix(endpoint.base_url)
    calls = [Call("POST", path, {**headers, **JSON}, json.dumps(one).encode()) for one in bodies]
    engine = Engine([settings])
    assert taken == {number / 10: engine.score(call).seconds for number, call in enumerate(calls)}
    assert len(set(taken.values())) == 8


def test_a_new_load_is_that_of_the_deployment():
    """What a value says of load, a running endpoint fills in."""
    model = Latency.of({"type": "load_dependent", "latency": 100, "per_call": 0.5})
    engine = Engine([Endpoint("chat", schema="chat", latency=model)])
    headers = {"authorization": f"Bearer {engine.directory['chat'].settings.key}", **JSON}
    call = Call("POST", "/v1/chat/completions", headers, json.dumps(BODY).encode(), 1000.0, "chat")
    taken = [engine.score(call).seconds for _ in range(4)]
    assert taken == [model.pace(Work(load=Load(number)))(1) for number in range(1, 5)]
    assert engine.score(call._replace(at=1060.0)).seconds == 0.1
