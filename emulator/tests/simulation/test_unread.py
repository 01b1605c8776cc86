"""An engine whose answers nobody reads: all that counts is as it is where they are read."""

import json

import pytest

from azureml_emulator import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.schemas import find
from azureml_emulator.wire import Call, Reply

LATENCY = {"type": "tokens", "first_ms": {"type": "exponential", "mean_ms": 40}, "gap_ms": 5, "prefill_ms": 1}
ENDPOINTS = {
    "plain": {"schema": "gpt2"},
    "tokens": {"schema": "chat", "latency": LATENCY, "answer": "faker"},
    "queue": {
        "schema": "gpt2",
        "latency": 300,
        "instance_count": 2,
        "request_settings": {"max_concurrent_requests_per_instance": 1, "request_timeout_ms": 500},
    },
    "bandwidth": {"schema": "gpt2", "bandwidth_mbps": 0.001},
    "faults": {"schema": "gpt2", "faults": [{"type": "trickle", "every": 2}]},
    "asked faults": {"schema": "gpt2", "fault_header": "x-fault"},
    "network": {"schema": "chat", "latency": LATENCY, "network": {"type": "uniform", "low_ms": 1, "high_ms": 9}},
    "rules": {
        "schema": "chat",
        "answer": {"type": "json", "value": {"choices": []}},
    },
    "unserialisable": {"schema": "score-py", "answer": lambda prompt, _: 1 / 0},
    "mirror": {
        "deployments": [{"name": name, "schema": "gpt2", "latency": LATENCY} for name in ("blue", "green")],
        "traffic": {"blue": 60, "green": 40},
    },
}


def replies(settings: dict, unread: bool, streamed: bool) -> list[Reply]:
    endpoint = Endpoint("e", **settings)
    engine = Engine([endpoint], seed=7, unread=unread)
    schema = find(settings.get("schema", "gpt2"))
    body = json.dumps({**schema.example, **({"stream": True} if streamed else {})}).encode()
    headers = {"authorization": f"Bearer {endpoint.key}", "content-type": "application/json", "x-fault": "reset"}
    return [engine.score(Call("POST", schema.paths[0], headers, body, number / 10)) for number in range(40)]


def times(reply: Reply) -> tuple[float, ...]:
    """When anything is due, each moment once."""
    return tuple(dict.fromkeys(due for due, _ in reply.writes))


@pytest.mark.parametrize(
    ("name", "streamed"), [*((name, False) for name in ENDPOINTS), ("tokens", True), ("network", True)]
)
def test_status_and_times_are_the_same(name: str, streamed: bool) -> None:
    read, unread = (replies(ENDPOINTS[name], one, streamed) for one in (False, True))
    assert [one.status for one in unread] == [one.status for one in read]
    assert [times(one) for one in unread] == [times(one) for one in read]
    assert [one.end for one in unread] == [one.end for one in read]
    assert [one.exchange.timing for one in unread] == [one.exchange.timing for one in read]


def test_what_nothing_goes_by_is_left_out() -> None:
    (reply, *_) = replies(ENDPOINTS["tokens"], unread=True, streamed=True)
    assert not reply.headers
    assert not reply.body.strip(b"data: [DONE]\n")


@pytest.mark.parametrize("name", ["bandwidth", "faults", "asked faults"])
def test_what_something_goes_by_is_written(name: str) -> None:
    read, unread = (replies(ENDPOINTS[name], one, False) for one in (False, True))
    assert unread == read
