"""What happened: the last exchanges, with what the model was asked, and notes on what looks wrong."""

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from azureml_emulator.request import parse
from azureml_emulator.schema import Message, Reading, Schema

_ESCAPED = re.compile(r'(?:[^\\"\x00-\x1f]|\\["\\bfnrt])*')


@dataclass(slots=True)
class Exchange:
    """One call and what was answered.

    `prompts` is what the model was asked, decoded; `at` the arrival in Unix seconds, `seconds` how long the
    answer was meant to take, `served` how long it took on the wire (None until the last byte is out, or when
    the caller went away). Keys are not part of it: of the caller's headers only ids are kept. `schema` is None
    when the container did not get to read the body; what it read is read again when somebody looks, because
    to keep it would cost each request more than to score it.
    """

    endpoint: str
    deployment: str | None
    method: str
    path: str
    status: int
    at: float
    seconds: float
    request_id: str
    client_request_id: str = ""
    problem: str = ""
    body: bytes = field(default=b"", repr=False)
    schema: Schema[Any] | None = field(default=None, repr=False)
    served: float | None = None

    @property
    def reading(self) -> Reading | None:
        """What the container understood, or None if it did not get that far."""
        return self.schema.parse(parse(self.body)) if self.schema else None

    @property
    def prompts(self) -> list[str]:
        """The decoded prompts; for chat, the content of the last message."""
        return [prompt.text for prompt in reading.prompts] if (reading := self.reading) else []

    @property
    def messages(self) -> list[Message]:
        """The conversation of a chat request, else nothing."""
        reading = self.reading
        return [message for prompt in reading.prompts for message in prompt.messages] if reading else []

    @property
    def parameters(self) -> dict[str, Any]:
        """The generation parameters, as sent."""
        return dict(reading.parameters) if (reading := self.reading) else {}

    @property
    def stream(self) -> bool:
        """Whether a stream of events was asked for."""
        return reading.stream if (reading := self.reading) else False

    @property
    def notes(self) -> list[str]:
        """What a person should know: why it was refused, prompts that arrived escaped twice."""
        found = [self.problem] if self.problem else []
        if b"\\" not in self.body:  # without a backslash nothing was escaped even once
            return found
        for index, text in enumerate(self.prompts):
            note = escaped_twice(text)
            if note:
                found.append(f"prompt {index} {note}")
        return found

    def as_dict(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        return {
            "endpoint": self.endpoint,
            "deployment": self.deployment,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "at": datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds"),
            "planned_ms": round(self.seconds * 1000, 3),
            "served_ms": None if self.served is None else round(self.served * 1000, 3),
            "request_id": self.request_id,
            "client_request_id": self.client_request_id or None,
            "prompts": self.prompts,
            "messages": self.messages,
            "parameters": self.parameters,
            "stream": self.stream,
            "notes": self.notes,
        }


def escaped_twice(prompt: str) -> str:
    """Say so if a decoded prompt still looks like JSON source: what LangChain's own formatters send (measured)."""
    if len(prompt) > 1 and prompt[0] == prompt[-1] == '"':
        try:
            inner = json.loads(prompt, strict=False)
        except ValueError:
            return "arrived wrapped in literal quotes: the caller's formatter adds them"
        meant = f"the caller probably meant {_short(inner)}, the model sees {_short(prompt)}"
        return f"arrived quoted and escaped twice: {meant}"
    if "\\" in prompt and _ESCAPED.fullmatch(prompt):
        inner = json.loads(f'"{prompt}"')
        return f"looks escaped twice: perhaps the caller meant {_short(inner)}, the model sees {_short(prompt)}"
    return ""


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


class Journal:
    """The last exchanges, bounded in number and in the bytes of their requests."""

    def __init__(self, limit: int = 1000, size: int = 64 << 20) -> None:
        """Keep up to `limit` exchanges, with request bodies of up to `size` bytes in all."""
        self._exchanges: deque[Exchange] = deque()
        self._limit = limit
        self._room = self._size = size

    def add(self, exchange: Exchange) -> None:
        """Write one down, forgetting the oldest if there is no room."""
        self._exchanges.append(exchange)
        self._room -= len(exchange.body)
        while len(self._exchanges) > self._limit or (self._room < 0 and len(self._exchanges) > 1):
            self._room += len(self._exchanges.popleft().body)

    def clear(self) -> None:
        """Forget everything."""
        self._exchanges.clear()
        self._room = self._size

    def of(self, endpoint: str) -> list[Exchange]:
        """Give what one endpoint saw, oldest first."""
        return [exchange for exchange in self if exchange.endpoint == endpoint]

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._exchanges.copy())

    def __len__(self) -> int:
        return len(self._exchanges)
