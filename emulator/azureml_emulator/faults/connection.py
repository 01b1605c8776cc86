"""Faults of the connection: when the bytes of an answer come, how many of them, and how it breaks off."""

from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from azureml_emulator.faults.fault import STRICT, Fault, Incident, Milliseconds
from azureml_emulator.faults.timetable import cut, followed, has_body, retimed
from azureml_emulator.wire import End, Reply, Write

MOST_PIECES = 10_000
"""Pieces that an answer is cut into at most; those of a longer one are larger than was said."""


@dataclass(frozen=True, config=STRICT)
class Reset(Fault):
    """The connection is reset (TCP RST): `before` the head of the answer, `during` it, or `after` it."""

    example = MappingProxyType({"at": "during", "every": 10})

    at: Literal["before", "during", "after"] = "before"
    """Where the answer has got to by then."""

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        first = reply.writes[0][0] if reply.writes else 0.0
        head = {"before": 0, "during": 20, "after": None}[self.at]
        return reply._replace(writes=((first, b""),), end=End(first, reset=True, head=head))


@dataclass(frozen=True, config=STRICT)
class Truncated(Fault):
    """The connection is closed before the body is out; an answer without a body is not struck."""

    example = MappingProxyType({"share": 0.5, "times": 1})

    share: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """The share of the body that arrives, rounded down to whole bytes."""
    reset: bool = False
    """Whether the connection is reset, and not just closed."""

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        if not has_body(reply):
            return reply
        writes = cut(reply.writes, int(len(reply.body) * self.share))
        return reply._replace(writes=writes, end=End(writes[-1][0], self.reset))


@dataclass(frozen=True, config=STRICT)
class WrongLength(Fault):
    """`content-length` says `by` more bytes than there are, or fewer; a stream has none, and is not struck."""

    example = MappingProxyType({"by": 10, "probability": 0.1})

    by: int = 10
    """How many more it says; fewer, if negative."""
    keeps_open: bool = False
    """Whether the connection stays open: a caller then waits for what never comes, or finds a rest."""

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        told = max(0, len(reply.body) + self.by)
        if reply.chunked or reply.end is not None or told == len(reply.body):
            return reply
        reply = reply.with_header("content-length", str(told))
        return reply if self.keeps_open else reply._replace(end=End(reply.seconds))


@dataclass(frozen=True, config=STRICT)
class SlowBody(Fault):
    """The head comes in its time, the body `ms` milliseconds later; an answer without a body is not struck."""

    example = MappingProxyType({"ms": 2000, "probability": 0.1})

    ms: Milliseconds = 1000.0
    """How much later, in milliseconds."""

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        if not has_body(reply) or not self.ms:
            return reply
        head = (reply.writes[0][0], b"")
        return retimed(reply, (head, *((due + self.ms / 1000, data) for due, data in reply.writes)))


@dataclass(frozen=True, config=STRICT)
class Trickle(Fault):
    """The body comes a few bytes at a time, in 10000 pieces at most; one that is empty is not struck."""

    example = MappingProxyType({"size": 16, "gap_ms": 50, "probability": 0.1})

    size: Annotated[int, Field(ge=1)] = 1
    """How many bytes at a time."""
    gap_ms: Milliseconds = 10.0
    """How long it takes from one piece to the next, in milliseconds."""

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        if not has_body(reply):
            return reply
        size = max(self.size, -(-len(reply.body) // MOST_PIECES))
        pieces = [piece for write in reply.writes for piece in _in_pieces(write, size)]
        return retimed(reply, followed(pieces, self.gap_ms / 1000))


def _in_pieces(write: Write, size: int) -> list[Write]:
    due, data = write
    return [(due, data[start:end]) for start, end in pairwise([*range(0, len(data), size), len(data)])]
