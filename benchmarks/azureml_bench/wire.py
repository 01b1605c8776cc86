"""How an endpoint is asked and where its answers have their text, for clients in processes of their own.

It needs nothing but Python: such a process may be another environment's, in which this package is not installed.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Place = Sequence[str | int]


@dataclass(frozen=True)
class Wire:
    """One wire shape, as `Shape` has it, in values that JSON can carry.

    `document` is a request, and `prompt_at` where its prompt stands. The text of an answer is at `text_at`, that of
    an event of a stream at `delta_at`. `stream` says whether one is asked for.
    """

    schema: str
    api_type: str
    document: Any
    prompt_at: Place
    text_at: Place
    delta_at: Place = ()
    stream: bool = False

    def asked(self, prompt: str) -> Any:
        """Give the document that asks this."""
        return _laid(self.document, self.prompt_at, prompt)

    def body(self, prompt: str) -> bytes:
        """Write the request that asks this."""
        return json.dumps(self.asked(prompt)).encode()

    def text(self, body: bytes) -> str:
        """Read the text of a whole answer. Raises `ValueError` or `LookupError` where it has none."""
        return str(_at(json.loads(body), self.text_at))

    def piece(self, line: bytes) -> str:
        """Read the text of a line of a stream: empty where the line has none, or is not whole."""
        if not line.startswith(b"data:") or line.endswith(b"[DONE]"):
            return ""
        try:
            found = _at(json.loads(line[5:]), self.delta_at)
        except (ValueError, LookupError, TypeError):
            return ""
        return found if isinstance(found, str) else ""

    def pieces(self, data: bytes) -> Iterator[str]:
        """Read the texts of a stream, or of its beginning."""
        return filter(None, map(self.piece, data.splitlines()))


def _at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def _laid(value: Any, place: Place, new: Any) -> Any:
    if not place:
        return new
    step, *rest = place
    changed = value.copy()
    changed[step] = _laid(value[step], rest, new)
    return changed
