"""Hears an answer as it comes: bytes and instants in, content and its times out. It knows no socket and no clock."""

import json
import re
from typing import Any

from azureml_bench.outcome import OK, PARSE, TRUNCATED, Outcome
from azureml_bench.sample import Content
from azureml_bench.shape import Shape, events, usage
from azureml_emulator.places import Place

_BETWEEN = re.compile(rb"\r?\n\r?\n|\r\r")
_LINE_END = re.compile(rb"\r?\n")


class Whole:
    """An answer in one piece: its text counts when its last byte is there."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._received: list[bytes] = []
        self.contents: list[Content] = []
        self.characters = 0
        self.usage: tuple[int | None, int | None] = (None, None)

    def feed(self, data: bytes, at: int) -> None:
        """Take what one read gave."""
        self._received.append(data)

    def end(self) -> Outcome:
        """Say how it ended, all bytes having come."""
        try:
            document = json.loads(b"".join(self._received))
        except (ValueError, RecursionError):
            return PARSE
        self.usage = usage(document) if _counted(*self._received) else (None, None)
        if self._shape.text_at is None:
            return OK
        text = _text(document, self._shape.text_at)
        if text is None:
            return PARSE
        self.characters = len(text)
        return OK


class Stream:
    """An answer piece by piece. What one read completes arrived together, however many events it is.

    An event counts when its last byte is there, be it cut into as many pieces as it likes; one without text, such as
    the one that has the role, is no content.
    """

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._rest = b""
        self._last = 0
        self._over = False
        self._wrong = False
        self._between = _BETWEEN if shape.framing.before else _LINE_END
        self.contents: list[Content] = []
        self.characters = 0
        self.usage: tuple[int | None, int | None] = (None, None)

    def feed(self, data: bytes, at: int) -> None:
        """Take what one read gave."""
        self._last = at
        *blocks, self._rest = self._between.split(self._rest + data)
        self._hear(blocks, at)

    def end(self) -> Outcome:
        """Say how it ended, all bytes having come."""
        if self._rest.strip():
            blocks, self._rest = [self._rest], b""
            self._hear(blocks, self._last)
        if self._shape.ending and not self._over:
            return TRUNCATED
        return PARSE if self._wrong or not self.contents else OK

    def _hear(self, blocks: list[bytes], at: int) -> None:
        found = sum(self._content(event) for block in blocks for event in events(self._shape.framing, block))
        if found:
            self.contents.append(Content(at, found))

    def _content(self, event: bytes) -> bool:
        if event == b"[DONE]":
            self._over = True
            return False
        try:
            document = json.loads(event.decode())
        except (ValueError, RecursionError):
            self._wrong = True
            return False
        if _counted(event):
            told = usage(document)
            if told != (None, None):
                self.usage = told
        if isinstance(document, dict) and document.get("error"):
            self._wrong = True
        text = _text(document, self._shape.delta_at or ())
        self.characters += len(text or "")
        return bool(text)


def _counted(*pieces: bytes) -> bool:
    """Say whether there may be counts of tokens: to look for them costs more than all else that is heard."""
    return any(b"_tokens" in piece for piece in pieces)


def _text(document: Any, place: Place) -> str | None:
    for step in place:
        if type(document) not in (dict, list):
            return None
        try:
            document = document[step]
        except (LookupError, TypeError):
            return None
    return document if isinstance(document, str) else None
