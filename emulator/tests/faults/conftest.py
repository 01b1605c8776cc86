"""What the tests of faults share: one call, answered with a fault and without."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.schemas import all_schemas
from azureml_emulator.wire import Call, Reply

NOON = 1_700_000_000.25
SAID = "Grüße an alle, die heute hier sind"
CHAT = {"messages": [{"role": "user", "content": SAID}]}
STREAM = {**CHAT, "stream": True}
GPT2 = {"inputs": {"input_string": [SAID]}}
BODIES = {"gpt2": GPT2, "chat": CHAT}


def told(reply: Reply) -> Any:
    """What a caller gets."""
    return reply.status, reply.headers, reply.writes, reply.chunked, reply.end


@dataclass
class Struck:
    """A reply with a fault, and the very same without."""

    reply: Reply
    clean: Reply

    @property
    def body(self) -> bytes:
        return self.reply.body

    @property
    def json(self) -> Any:
        return json.loads(self.reply.body)

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.reply.headers)

    @property
    def felt(self) -> tuple[str, ...]:
        assert self.reply.exchange is not None
        return self.reply.exchange.faults

    @property
    def untouched(self) -> bool:
        """Whether nothing was spoilt, and nothing else said."""
        return self.felt == () and told(self.reply) == told(self.clean)

    @property
    def events(self) -> list[bytes]:
        return self.reply.body.split(b"\n\n")[:-1]


def _strike(fault: Any, schema: str = "gpt2", body: Any = None, method: str = "POST", **settings: Any) -> Struck:
    """Ask an endpoint of a shape for something, once with faults."""
    raw = json.dumps(BODIES[schema] if body is None else body).encode()
    headers = {"authorization": f"Bearer {DEVELOPMENT_KEY}", "content-type": "application/json"}
    call = Call(method, all_schemas()[schema].paths[0], headers, raw, NOON, schema)
    faults = fault if isinstance(fault, list) else [fault]
    replies = [Engine([Endpoint(schema, schema=schema, faults=one, **settings)]).score(call) for one in (faults, [])]
    return Struck(*replies)


@pytest.fixture
def strike():
    """Ask for something with a fault and without: `strike(fault, schema, body)`."""
    return _strike


@pytest.fixture
def stream():
    """A body that asks for a stream of several events, with characters of several bytes."""
    return STREAM
