"""Faults of the connection."""

from types import MappingProxyType
from typing import Literal

from pydantic.dataclasses import dataclass

from azureml_emulator.faults.fault import STRICT, Fault, Incident
from azureml_emulator.wire import End, Reply


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
