"""What an endpoint sends in the place of a streamed answer: bytes that are written for it, each at its time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import ClassVar

from azureml_emulator.faults import Fault, Incident
from azureml_emulator.wire import Call, End, Reply, Write


@dataclass(frozen=True, kw_only=True, eq=False)
class Reel(Fault, family=True):
    """Plays the last of its films to every caller who asks for a stream, and notes who asked for what.

    A film is what is written, and when, in seconds after the call. It ends as streams do, or, if it is `torn`, with
    the connection. `left` is set when a caller goes away before the end. It is a fault of the endpoint that no
    configuration knows.
    """

    kind: ClassVar[str] = "reel"

    films: list[tuple[Sequence[Write], bool]] = field(default_factory=list)
    asked: list[Call] = field(default_factory=list)
    streamed: list[bool] = field(default_factory=list)
    left: Event = field(default_factory=Event)

    def load(self, writes: Sequence[Write], torn: bool = False) -> None:
        """Play something else from the next call on."""
        self.left.clear()
        self.films[:] = [(tuple(writes), torn)]

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        self.asked.append(incident.call)
        self.streamed.append(reply.chunked)
        if not self.films or not reply.chunked:
            return reply
        writes, torn = self.films[-1]
        end = End(writes[-1][0]) if torn else None
        return reply._replace(writes=tuple(writes), end=end, hang_up=lambda _: self.left.set())

    __eq__ = object.__eq__
    __hash__ = object.__hash__
