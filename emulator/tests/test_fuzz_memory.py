"""Memory stays what it is, however long faults, scenarios and limits are at work."""

import gc
import json
import tracemalloc
from itertools import islice

import pytest

from azureml_emulator.answers import AnswerSource
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.faults import Fault
from azureml_emulator.rehearsal import rehearsed
from azureml_emulator.wire import Call
from emulator.tests.any_endpoint import KEY, START
from emulator.tests.damage import HUNT

REQUESTS = max(HUNT // 5, 4_000)
MOST = 200_000
"""Bytes that may come and go with what is in flight and in the journal."""

FAULTS = [{**one.example_setting(), "probability": 0.1} for one in Fault.members().values()]
RULES = {
    "rules": [
        {"when": {"prompt": {"contains": "3"}, "call": {"every": 2}}, "faults": [{"status": 429}]},
        {"when": {"prompt": {"contains": "5"}}, "answer": {"sequence": ["echo", {"status": 503}], "loop": True}},
        {"when": {"header": {"x-team": "otter"}}, "latency": 20},
    ]
}
STEPS = [
    {
        "at": 1,
        "set": {"faults": FAULTS[:5], "latency": {"type": "cold_start", "latency": 5, "start_ms": 90, "idle_s": 1}},
    },
    {"at": 2, "endpoint": "chat", "set": {"request_settings": {"max_concurrent_requests_per_instance": 2}}},
    {"at": 3, "set": {"answer": RULES | {"type": "rules"}, "state": "not_ready"}},
    {"at": 4, "recover": True},
]


def calls():
    """Ever the same few hundred requests, twenty in a second."""
    number = 0
    while True:
        text = f"prompt {number % 300}"
        chat = number % 2
        body = {"messages": [{"role": "user", "content": text}], "stream": bool(number % 4 == 1)}
        body = body if chat else {"inputs": {"input_string": [text]}}
        headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
        path, name = ("/chat/completions", "chat") if chat else ("/score", "gpt2")
        yield Call("POST", path, headers, json.dumps(body).encode(), START + number / 20, name)
        number += 1


@pytest.mark.slow
def test_memory_is_flat_while_faults_strike_and_scenarios_loop():
    limits = {"max_concurrent_requests_per_instance": 1, "request_timeout_ms": 900, "max_pending": 5}
    shared = {"key": KEY, "faults": FAULTS, "answer": AnswerSource.of({"type": "rules", **RULES})}
    shared |= {"network": {"type": "exponential", "mean_ms": 3}}
    endpoints = [
        Endpoint(
            "gpt2", schema="gpt2", latency={"type": "exponential", "mean_ms": 150}, request_settings=limits, **shared
        ),
        Endpoint("chat", schema="chat", latency=120, rate_limit={"requests_per_minute": 900}, **shared),
    ]
    engine = Engine(endpoints)
    engine.journal.limit = 100
    engine.begin(START)
    engine.play(rehearsed({"steps": STEPS, "every": 5}, endpoints))
    source, sizes, statuses = calls(), [], set()
    tracemalloc.start()
    try:
        for _ in range(4):
            for number, call in enumerate(islice(source, REQUESTS // 4)):
                reply = engine.score(call)
                statuses.add(reply.status)
                if number % 7 == 0:
                    engine.gone(reply, call.at + reply.seconds / 2)
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert {200, 408, 424, 429, 502} <= statuses
    assert engine.performance.round > 10
    assert max(sizes[1:]) - sizes[0] < MOST, sizes
