"""What happened: the last exchanges, with what the model was asked, and notes on what looks wrong."""

import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from azureml_emulator.errors import ConfigError
from azureml_emulator.punctuality import Punctuality, summary
from azureml_emulator.request import parse
from azureml_emulator.schema import Message, Reading, Schema, text_of
from azureml_emulator.wire import Timing

_BLOT = "**********"
LONG_KEY = 8
"""Characters from which on a key is looked for inside other text; Azure's have 32 and more."""

_INSTANT = 1e-9

_LOOKED_AT = 1 << 16
_ESCAPED = re.compile(r'(?:[^\\"\x00-\x1f]|\\["\\bfnrt])*')


@dataclass(slots=True)
class Exchange:
    """One call and what was answered.

    `prompts` is what the model was asked, decoded; `at` the arrival in Unix seconds, `seconds` how long the
    answer was meant to take, `served` how long it took on the wire (None until the last byte is out, or when
    the caller went away). Keys are not part of it: of the caller's headers only ids are kept. `schema` is None
    when the container did not get to read the body; what it read is read again when somebody looks, because
    to keep it would cost each request more than to score it. `mirror` marks the copy of a call that went to
    another deployment, whose answer was discarded: it is never served. `faults` are those that struck, `rule` is the
    one of the answer source's that matched, `remarks` are what more to say when somebody looks, `punctuality` is how
    an answer that was served kept its time, `scenario` is what the step of a scenario is called that was taken last,
    `stages` what its time was planned for, as far as that is known.
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
    mirror: bool = False
    faults: tuple[str, ...] = ()
    scenario: str = ""
    rule: str = ""
    stages: Timing = ()
    remarks: tuple[Callable[[], str], ...] = field(default=(), repr=False, compare=False)
    punctuality: Punctuality | None = None

    @property
    def reading(self) -> Reading | None:
        """What the container understood, or None if it did not get that far."""
        return self.schema.recall(parse(self.body)) if self.schema else None

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
    def timing(self) -> Timing:
        """The stages of the planned time, in seconds; together they are all of it.

        What was cut off has no more than there was time for. What no stage accounts for is the `fault` that struck,
        or else a `wait` at the front door.
        """
        left, told = self.seconds, []
        for name, seconds in self.stages:
            told.append((name, min(seconds, left)))
            left -= told[-1][1]
        return (*told, ("fault" if self.faults else "wait", left)) if left > _INSTANT else tuple(told)

    @property
    def notes(self) -> list[str]:
        """What a person should know: why it was refused, prompts that arrived escaped twice."""
        return self._notes(self._suspected)

    @property
    def _suspected(self) -> Reading | None:
        """What was read, if any of it can have been escaped: then the body has a backslash."""
        return self.reading if b"\\" in self.body else None

    def _notes(self, reading: Reading | None) -> list[str]:
        found = [f"fault: {name}" for name in self.faults]
        found += [self.problem] if self.problem else []
        found += dict.fromkeys(remark() for remark in self.remarks)
        for number, prompt in enumerate(reading.prompts if reading else ()):
            texts = [(f"prompt {number}", prompt.text)]
            if prompt.messages:
                texts = [(f"message {at}", text_of(one.get("content"))) for at, one in enumerate(prompt.messages)]
            found += [f"{what} {note}" for what, text in texts if (note := escaped_twice(text))]
        return found

    def as_dict(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        reading = self.reading
        return {
            "endpoint": self.endpoint,
            "deployment": self.deployment,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "mirror": self.mirror,
            "faults": list(self.faults),
            "scenario": self.scenario or None,
            "rule": self.rule or None,
            "at": datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds"),
            "planned_ms": round(self.seconds * 1000, 3),
            "timing_ms": {stage: round(seconds * 1000, 3) for stage, seconds in self.timing},
            "served_ms": None if self.served is None else round(self.served * 1000, 3),
            "punctuality": self.punctuality.as_dict() if self.punctuality else None,
            "request_id": self.request_id,
            "client_request_id": self.client_request_id or None,
            "prompts": [prompt.text for prompt in reading.prompts] if reading else [],
            "messages": [message for prompt in reading.prompts for message in prompt.messages] if reading else [],
            "parameters": dict(reading.parameters) if reading else {},
            "stream": reading.stream if reading else False,
            "notes": self._notes(self._suspected),
        }


def blotted(text: str, *keys: str) -> str:
    """Blot out keys that a caller put into a path or an id: long ones anywhere, short ones as a whole part."""
    for key in keys:
        if key in text:
            parts = text.replace(key, _BLOT) if len(key) >= LONG_KEY else text
            text = "/".join(_BLOT if part == key else part for part in parts.split("/"))
    return text


def escaped_twice(prompt: str) -> str:
    """Say so if a decoded prompt still looks like JSON source: what LangChain's own formatters send (measured).

    Prompts of more than 65,536 characters are not looked at.
    """
    if len(prompt) > _LOOKED_AT:
        return ""
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

    def __init__(self, limit: int = 1000, size: int = 16 << 20) -> None:
        """Keep up to `limit` exchanges, with request bodies of up to `size` bytes in all."""
        if limit < 0:
            raise ConfigError(f"journal: expected 0 or more exchanges, not {limit}")
        self.limit = limit
        self._exchanges: deque[Exchange] = deque()
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._changing = Lock()
        self._room = self._size = size

    def add(self, exchange: Exchange) -> None:
        """Write one down, forgetting the oldest if there is no room."""
        self._exchanges.append(exchange)
        self._room -= len(exchange.body)
        while len(self._exchanges) > self.limit or (self._room < 0 and len(self._exchanges) > 1):
            self._room += len(self._exchanges.popleft().body)
        for told in self._listeners:
            told()

    @contextmanager
    def telling(self, listener: Callable[[], None]) -> Iterator[None]:
        """Have a listener called, as long as the block lasts, whenever one was written down."""
        with self._changing:
            self._listeners += (listener,)
        try:
            yield
        finally:
            with self._changing:
                self._listeners = tuple(one for one in self._listeners if one != listener)

    def clear(self) -> None:
        """Forget everything."""
        self._exchanges.clear()
        self._room = self._size

    def of(self, endpoint: str) -> list[Exchange]:
        """Give what one endpoint saw, oldest first."""
        return [exchange for exchange in self if exchange.endpoint == endpoint]

    def punctuality(self) -> dict[str, Any]:
        """Sum up, by endpoint, how the answers kept their time that went out whole and were no errors."""
        kept: dict[str, list[Punctuality]] = {}
        for one in self:
            if one.punctuality is not None and one.status < 400:
                kept.setdefault(one.endpoint, []).append(one.punctuality)
        return {endpoint: summary(some) for endpoint, some in kept.items()}

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._exchanges.copy())

    def __len__(self) -> int:
        return len(self._exchanges)
