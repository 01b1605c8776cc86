"""A line for each exchange, on standard error: for people, or as JSON for machines."""

import json
import logging
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

from azureml_emulator.journal import Exchange

Redact = Callable[[Any], Any]
"""Takes keys out of a JSON value."""

_WAITING = 10_000
_SHOWN = ("at", "endpoint", "deployment", "method", "path", "status", "served_ms", "request_id", "notes")


class Text:
    """Lines for people: time, status, what was called, who answered, how long it took, and the notes."""

    def exchange(self, exchange: Exchange, redact: Redact) -> str:
        """Give the line of an exchange."""
        who = f"{exchange.endpoint}/{exchange.deployment}" if exchange.deployment else exchange.endpoint or "-"
        took = "gone" if exchange.served is None else f"{exchange.served * 1000:.1f} ms"
        line = f"{_clock(exchange.at)}  {exchange.status}  {exchange.method} {exchange.path}  {who}  {took}"
        notes = exchange.notes
        return _printable("  ! ".join([line, *redact(notes)]) if notes else line)

    def event(self, at: float, level: str, message: str) -> str:
        """Give the line of anything else that happened."""
        return _printable(f"{_clock(at)}  {level.lower()}  {message}")


class Json:
    """The same facts, a JSON object a line."""

    def exchange(self, exchange: Exchange, redact: Redact) -> str:
        """Give the line of an exchange."""
        facts = exchange.as_dict()
        return json.dumps({name: facts[name] for name in _SHOWN} | {"notes": redact(facts["notes"])})

    def event(self, at: float, level: str, message: str) -> str:
        """Give the line of anything else that happened."""
        when = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"at": when, "level": level.lower(), "message": message})


FORMATS: dict[str, Text | Json] = {"text": Text(), "json": Json()}


def _clock(at: float) -> str:
    return f"{_second(int(at))}.{int(at * 1000) % 1000:03}"


@lru_cache(maxsize=16)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at).strftime("%H:%M:%S")


def _printable(text: str) -> str:
    """Keep a caller's control characters off the terminal."""
    return text if text.isprintable() else "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


class RequestLog(logging.Handler):
    """Collects exchanges and writes their lines a batch at a time; also what the server itself has to log.

    `redact` is applied to the notes, the only part that may quote a prompt. When nobody reads any more (a closed
    pipe), it falls silent; when somebody reads too slowly, the oldest lines that wait are dropped.
    """

    def __init__(self, stream: TextIO, form: Text | Json, redact: Redact) -> None:
        super().__init__()
        self._stream: TextIO | None = stream
        self._form = form
        self._redact = redact
        self._exchanges: deque[Exchange] = deque(maxlen=_WAITING)

    def add(self, exchange: Exchange) -> None:
        """Take one exchange."""
        self._exchanges.append(exchange)

    def emit(self, record: logging.LogRecord) -> None:
        """Take one record of the logging module."""
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + logging.Formatter().formatException(record.exc_info)
        self._write(self._form.event(record.created, record.levelname, message) + "\n")

    def flush(self) -> None:
        """Write down what is waiting."""
        lines = []
        while self._exchanges:
            lines.append(self._form.exchange(self._exchanges.popleft(), self._redact) + "\n")
        if lines:
            self._write("".join(lines))

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._stream = None
