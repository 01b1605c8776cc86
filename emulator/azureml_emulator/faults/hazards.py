"""The faults of an endpoint at work: which calls they strike, and what becomes of the answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from azureml_emulator.errors import ContainerError, DoorError
from azureml_emulator.faults.fault import Fault, Incident, Turn
from azureml_emulator.memo import Counts
from azureml_emulator.schema import Answer
from azureml_emulator.wire import Reply, Result


@dataclass(slots=True)
class Strike:
    """A fault, and the call that it strikes; `felt` once it has spoilt anything."""

    fault: Fault
    incident: Incident
    felt: bool = False


Strikes = tuple[Strike, ...]


class Hazards:
    """Counts how often each fault had its turn, and how often it struck."""

    def __init__(self) -> None:
        self._turns = Counts()
        self._struck = Counts()

    def meet(
        self, faults: Sequence[Fault], incident: Incident, elapsed: float, asked: Iterable[Fault] = ()
    ) -> Strikes:
        """Give a call its turn with each of the faults; `elapsed` is in seconds since the start.

        Those that the call itself `asked` for meet no other call.
        """
        turns: list[tuple[Fault, int, int]] = [(one, self._turns.next(one), self._struck.of(one)) for one in faults]
        turns += [(one, 1, 0) for one in asked]
        return tuple(_due(turns, incident, elapsed))

    def settle(self, strikes: Strikes) -> tuple[str, ...]:
        """Name the faults that a call felt, and count them; one that found nothing to spoil did not strike."""
        felt = [strike.fault for strike in strikes if strike.felt]
        for fault in felt:
            self._struck.next(fault)
        return tuple(fault.kind for fault in felt)

    def clear(self) -> None:
        """Forget all turns."""
        self._turns.clear()
        self._struck.clear()


def _due(turns: Iterable[tuple[Fault, int, int]], incident: Incident, elapsed: float) -> Iterator[Strike]:
    for place, (fault, number, struck) in enumerate(turns):
        draw = incident.draw.apart(b"fault %d" % place)
        if fault.due(Turn(number, struck, elapsed, draw)):
            yield Strike(fault, incident._replace(draw=draw))


def at_door(strikes: Strikes) -> None:
    """Let the faults strike before the container. Raises the `DoorError` of the first that answers by itself."""
    for strike in strikes:
        try:
            strike.fault.at_door(strike.incident)
        except DoorError:
            strike.felt = True
            raise


def in_container(strikes: Strikes, result: Result, answers: Sequence[Answer] = ()) -> Result:
    """Let the faults strike what the container gives, `answers` of the model's. Raises a `ContainerError` for it."""
    for strike in strikes:
        try:
            struck = strike.fault.in_container(result, strike.incident._replace(answers=answers))
        except ContainerError:
            strike.felt = True
            raise
        strike.felt |= struck is not result
        result = struck
    return result


def on_wire(strikes: Strikes, reply: Reply) -> Reply:
    """Let the faults strike the reply."""
    for strike in strikes:
        struck = strike.fault.on_wire(reply, strike.incident)
        strike.felt |= struck is not reply
        reply = struck
    return reply
