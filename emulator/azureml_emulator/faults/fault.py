"""What a fault is, when it strikes, and the three places of a request at which it can."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from pydantic import ConfigDict, Field

from azureml_emulator.api_type import ApiType
from azureml_emulator.draw import Draw
from azureml_emulator.inference_servers import Ids, InferenceServer
from azureml_emulator.outcome import Outcome
from azureml_emulator.schema import Answer, Schema
from azureml_emulator.wire import Call, Reply, Result

STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Number = Annotated[int, Field(ge=1)]
Milliseconds = Annotated[float, Field(ge=0, le=86_400_000)]
"""A length of time, of a day at most."""


class Turn(NamedTuple):
    """A call that gets to a fault.

    `number` counts the calls that did, from 1; `struck` how many of those before were struck; `elapsed` is in seconds
    since the emulator began; `draw` is the call's own randomness for this fault.
    """

    number: int
    struck: int
    elapsed: float
    draw: Draw


class Incident(NamedTuple):
    """A call that is struck: what it asks for, below the endpoint's address, and who would have answered.

    `answers` are what the model answered, for a fault in the container; there are none where it was not asked.
    """

    call: Call
    path: str
    draw: Draw
    schema: Schema[Any]
    server: InferenceServer
    api_type: ApiType
    ids: Ids
    answers: Sequence[Answer] = ()


def _about(what: str) -> Any:
    return Field(description=what)


@dataclass(frozen=True, kw_only=True)
class Fault(Outcome, family=True):
    """Spoils answers. It strikes a call if all that is said about when it does is true of it.

    A member overrides the one place of the three where it strikes. Where it finds nothing to spoil, it gives back the
    very thing that it was given: then it did not strike.
    """

    probability: Annotated[Share, _about("The share of calls that are struck; seed and request decide which.")] = 1.0
    every: Annotated[Number | None, _about("Strikes every n-th call: 3 for the third, the sixth, and so on.")] = None
    calls: Annotated[tuple[Number, ...], _about("Strikes the calls of these numbers; the first is 1.")] = ()
    times: Annotated[Number | None, _about("Strikes no more often than this.")] = None
    from_s: Annotated[Seconds, _about("Strikes from so many seconds after the start on.")] = 0.0
    until_s: Annotated[Seconds | None, _about("Strikes until so many seconds after the start.")] = None

    def due(self, turn: Turn) -> bool:
        """Say whether a call is struck."""
        return (
            (self.times is None or turn.struck < self.times)
            and turn.elapsed >= self.from_s
            and (self.until_s is None or turn.elapsed < self.until_s)
            and (not self.calls or turn.number in self.calls)
            and (self.every is None or turn.number % self.every == 0)
            and (self.probability >= 1 or turn.draw.unit(b"strikes") < self.probability)
        )

    def at_door(self, incident: Incident) -> None:
        """Strike before the call gets to a container: raise the `DoorError` that the front door answers with."""

    def in_container(self, result: Result, incident: Incident) -> Result:
        """Strike what the container answers: give something else, or raise a `ContainerError`."""
        return result

    def on_wire(self, reply: Reply, incident: Incident) -> Reply:
        """Strike the whole reply, on its way to the caller."""
        return reply
