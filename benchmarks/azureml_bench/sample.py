"""One request as it was measured: a row of `requests.jsonl`."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from azureml_bench.outcome import OK, OUTCOMES


class Content(NamedTuple):
    """When content arrived, in nanoseconds, and how many events with content came in that one read."""

    at: int
    events: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One request. Instants are nanoseconds of a monotonic clock since the run began.

    `intended` is when the request should have been sent, `sent` when it was given to the connection; in a closed loop
    the two are one. `first_byte` is when status and headers had been read, `contents` when text arrived, `end` when
    the last byte had. `phase` is `warmup` or `measure`, by `intended`. `tokens` and `prompt_tokens` are the server's
    own counts where it gives them, `server` the stages of its `server-timing` header in milliseconds. `tries` is how
    often it was sent, `retried` how the earlier tries ended.
    """

    number: int
    phase: str
    intended: int
    sent: int
    end: int
    outcome: str = OK.name
    status: int | None = None
    first_byte: int | None = None
    contents: tuple[Content, ...] = ()
    request_bytes: int = 0
    response_bytes: int = 0
    characters: int = 0
    tokens: int | None = None
    prompt_tokens: int | None = None
    server: Mapping[str, float] = field(default_factory=dict)
    tries: int = 1
    retried: tuple[str, ...] = ()
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether the whole answer came, and could be read."""
        return self.outcome == OK.name

    @property
    def events(self) -> int:
        """How many events had content."""
        return sum(one.events for one in self.contents)

    def line(self) -> str:
        """Write it as a line of JSON; what is as it is by default is left out."""
        shown = {name: getattr(self, name) for name in _FIELDS}
        return json.dumps(
            {name: value for name, value in shown.items() if name in _NEEDED or value != _DEFAULTS[name]},
            default=dict,
            separators=(",", ":"),
            ensure_ascii=False,
        )

    @staticmethod
    def of_line(line: str) -> "Sample":
        """Read a line. Raises `ValueError` that says what is wrong with it."""
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            raise ValueError("expected a line of JSON") from None
        if not isinstance(found, dict) or not found.keys() >= _NEEDED:
            raise ValueError(f"expected a request's JSON object with {', '.join(sorted(_NEEDED))}")
        unknown = found.keys() - _DEFAULTS.keys() - _NEEDED
        if unknown:
            raise ValueError(f"unknown field {min(unknown)!r}")
        if found["outcome"] not in _OUTCOMES:
            raise ValueError(f"outcome: expected one of {', '.join(_OUTCOMES)}, not {found['outcome']!r}")
        try:
            return _reader().validate_python(found)
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


@cache
def _reader() -> "TypeAdapter[Sample]":
    return TypeAdapter(Sample)


def _default(name: str) -> Any:
    found = next(one for one in fields(Sample) if one.name == name)
    return found.default if found.default is not MISSING else {}


_OUTCOMES = tuple(one.name for one in OUTCOMES)
_FIELDS = tuple(one.name for one in fields(Sample))
_NEEDED = frozenset({"number", "phase", "intended", "sent", "end", "outcome"})
_DEFAULTS = {name: _default(name) for name in _FIELDS if name not in _NEEDED}


def measured(samples: Iterable[Sample]) -> Iterator[Sample]:
    """Give those that were meant to be measured: not the warm-up."""
    return (one for one in samples if one.phase == "measure")
