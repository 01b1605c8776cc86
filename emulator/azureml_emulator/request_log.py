"""A line for each exchange, on standard error: for people, or as JSON for machines."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import TextIO

from azureml_emulator.journal import Exchange

Line = Callable[[Exchange], str]


def text_line(exchange: Exchange) -> str:
    """Time, status, what was called, who answered, how long it took, and the notes."""
    at = f"{_clock(int(exchange.at))}.{int(exchange.at * 1000) % 1000:03}"
    who = f"{exchange.endpoint}/{exchange.deployment}" if exchange.deployment else exchange.endpoint or "-"
    took = "gone" if exchange.served is None else f"{exchange.served * 1000:.1f} ms"
    line = f"{at}  {exchange.status}  {exchange.method} {exchange.path}  {who}  {took}"
    return _printable("  ! ".join([line, *exchange.notes]))


def json_line(exchange: Exchange) -> str:
    """The same facts as one JSON object."""
    facts = exchange.as_dict()
    shown = ("at", "endpoint", "deployment", "method", "path", "status", "served_ms", "request_id", "notes")
    return json.dumps({name: facts[name] for name in shown})


@lru_cache(maxsize=16)
def _clock(at: int) -> str:
    return datetime.fromtimestamp(at).strftime("%H:%M:%S")


FORMATS: dict[str, Line] = {"text": text_line, "json": json_line}


def _printable(text: str) -> str:
    """Keep a caller's control characters off the terminal."""
    return text if text.isprintable() else "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


class RequestLog:
    """Collects exchanges and writes their lines a batch at a time, so that a request never waits for a terminal."""

    def __init__(self, stream: TextIO, line: Line, redact: Callable[[str], str]) -> None:
        self._stream = stream
        self._line = line
        self._redact = redact
        self._waiting: list[Exchange] = []

    def add(self, exchange: Exchange) -> None:
        """Take one exchange."""
        self._waiting.append(exchange)

    def flush(self) -> None:
        """Write down what is waiting."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._stream.write(self._redact("".join(self._line(exchange) + "\n" for exchange in waiting)))
            self._stream.flush()
