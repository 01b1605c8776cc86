"""What the emulator's tests share: calls as values, and endpoints to make them to."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.wire import Call, Reply

NOON = 1_700_000_000.25

GPT2 = {"inputs": {"input_string": ["hello"]}}
CHAT = {"messages": [{"role": "user", "content": "hello"}]}


def make_call(
    body: Any = GPT2,
    *,
    path: str = "/score",
    listener: str = "gpt2",
    method: str = "POST",
    key: str | None = DEVELOPMENT_KEY,
    **headers: str,
) -> Call:
    """A call with JSON (or raw bytes) as its body; header names are written with underscores."""
    sent = {"content-type": "application/json"}
    if key is not None:
        sent["authorization"] = f"Bearer {key}"
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Call(method, path, sent, raw, NOON, listener)


def headers_of(reply: Reply) -> dict[str, str]:
    return dict(reply.headers)


def json_of(reply: Reply) -> Any:
    return json.loads(reply.body)


@pytest.fixture
def engine() -> Engine:
    """A dedicated and two serverless endpoints."""
    return Engine([Endpoint(name, schema=name) for name in ("gpt2", "chat", "completions")])


@pytest.fixture
def score(engine: Engine) -> Callable[..., Reply]:
    """Send a call made by `make_call` to the engine."""
    return lambda *args, **kwargs: engine.score(make_call(*args, **kwargs))


@pytest.fixture(name="make_call")
def _make_call() -> Callable[..., Call]:
    return make_call


@pytest.fixture(name="headers_of")
def _headers_of() -> Callable[[Reply], dict[str, str]]:
    return headers_of


@pytest.fixture(name="json_of")
def _json_of() -> Callable[[Reply], Any]:
    return json_of
