"""Streams as a server may write them: the events of a wire, framed as server-sent events can be (WHATWG HTML 9.2)."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from azureml_contract.wire import Wire
from azureml_emulator.places import all_places, value_at, with_value

DONE = "[DONE]"
"""What OpenAI's servers say when a stream is over."""

_MARK = "@text"
_SIDE = 45
"""Bytes that are shown on each side of a cut."""


class Script:
    """The events of a wire as JSON values: `head` comes before any text, `tail` after all of it."""

    def __init__(self, wire: Wire) -> None:
        assert wire.stream is not None
        events = [_short(one) for one in wire.stream(_MARK)]
        at, self._place = next(
            (at, place) for at, one in enumerate(events) for place in all_places(one) if value_at(one, place) == _MARK
        )
        self.head, self._piece, self.tail = events[:at], events[at], events[at + 1 :]

    def piece(self, text: str) -> Any:
        """Give an event that says a text."""
        return with_value(self._piece, self._place, text)

    def events(self, *texts: str) -> list[Any]:
        """Give the events of a whole answer, one for each of the texts."""
        return [*self.head, *map(self.piece, texts), *self.tail]

    def written(self, *texts: str, line: str = "\n") -> list[bytes]:
        """Write a whole answer, an event at a time."""
        return written(self.events(*texts), line)


def _short(event: Any) -> Any:
    """Shorten an event's id, which may be any text: the fewer the bytes, the fewer the places to cut."""
    return {**event, "id": "1"} if "id" in event else event


def written(events: Sequence[Any], line: str = "\n") -> list[bytes]:
    """Write events and the end of the stream, each of its lines ended by `line`."""
    return [*(framed(as_json(one), line) for one in events), framed(DONE, line)]


def as_json(event: Any, **form: Any) -> str:
    """Write an event's JSON, as few characters escaped as may be; `form` is as in `json.dumps`."""
    compact: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}
    return json.dumps(event, **(compact | form))


def framed(data: str, line: str = "\n", field: str = "data: ") -> bytes:
    """Frame an event: each line of its data as a field, then an empty line."""
    lines = [field + one for one in data.split("\n")]
    return (line.join(lines) + line + line).encode()


def cut(data: bytes, at: Sequence[int]) -> list[bytes]:
    """Cut a stream after some numbers of bytes, which are sorted."""
    return [data[start:end] for start, end in pairwise([0, *at, len(data)])]


def excerpt(writes: Sequence[bytes]) -> bytes:
    """Show a stream on one line; of one in two parts, what is on both sides of the cut."""
    parts = [writes[0][-_SIDE:], writes[1][:_SIDE]] if len(writes) == 2 else [b"".join(writes)]
    return b" | ".join(parts).replace(b"\r", b"\\r").replace(b"\n", b"\\n")


def around(data: bytes, at: int) -> str:
    """Say where a cut after so many bytes is: inside a character, or between which two."""
    before = data[:at].decode(errors="ignore")
    inside = len(before.encode()) < at
    after = data.decode()[len(before)]
    return f"inside {after!r}" if inside else f"between {before[-1:]!r} and {after!r}"
