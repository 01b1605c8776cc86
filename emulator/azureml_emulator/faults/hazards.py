"""The faults of an endpoint at work: which calls they strike, and what becomes of the answer."""

from collections.abc import Iterable
from typing import NamedTuple

from azureml_emulator.faults.fault import Fault, Incident, Turn
from azureml_emulator.memo import Counts
from azureml_emulator.wire import Reply, Result


class Strike(NamedTuple):
    """A fault, and the call that it strikes."""

    fault: Fault
    incident: Incident


Strikes = tuple[Strike, ...]


class Hazards:
    """Counts how often each fault had its turn, and how often it struck."""

    def __init__(self) -> None:
        self._turns = Counts()
        self._struck = Counts()

    def meet(self, faults: Iterable[Fault], incident: Incident, elapsed: float) -> Strikes:
        """Give a call its turn with each of the faults; `elapsed` is in seconds since the start."""
        strikes = []
        for place, fault in enumerate(faults):
            draw = incident.draw.apart(b"fault %d" % place)
            turn = Turn(self._turns.next(fault), self._struck.of(fault), elapsed, draw)
            if fault.due(turn):
                self._struck.next(fault)
                strikes.append(Strike(fault, incident._replace(draw=draw)))
        return tuple(strikes)

    def clear(self) -> None:
        """Forget all turns."""
        self._turns.clear()
        self._struck.clear()


def at_door(strikes: Strikes) -> None:
    """Let the faults strike before the container. Raises the `DoorError` of the first that answers by itself."""
    for fault, incident in strikes:
        fault.at_door(incident)


def in_container(strikes: Strikes, result: Result) -> Result:
    """Let the faults strike what the container answers. Raises a `ContainerError` that stands for it."""
    for fault, incident in strikes:
        result = fault.in_container(result, incident)
    return result


def on_wire(strikes: Strikes, reply: Reply) -> Reply:
    """Let the faults strike the reply."""
    for fault, incident in strikes:
        reply = fault.on_wire(reply, incident)
    return reply
