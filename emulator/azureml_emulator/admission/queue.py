"""The slots of a deployment's instances, and the calls that wait for one."""

from math import inf

from azureml_emulator.admission.ends import Ends, Entry


class Queue:
    """First come, first served: `slots` calls are worked on at once, `places` may be in flight.

    A call is in flight while it waits and while it is worked on. When a call comes, everything before it is known to
    its end, so its own times are told at once and never change.
    """

    def __init__(self, slots: float = inf, places: float = inf) -> None:
        self.slots = slots
        self.places = places
        self._slots = Ends()
        self._places = Ends()

    def resize(self, slots: float, places: float) -> None:
        """Have more or fewer from now on; a slot that is one too many goes when its work is done."""
        self.slots, self.places = slots, places
        while self._slots.count > slots:
            self._slots.take_first()

    def full(self, at: float) -> float:
        """Give the seconds until there is a place, 0 if there is one."""
        self._places.pass_to(at)
        return 0.0 if self._places.count < self.places else self._places.first - at

    def begin(self, at: float) -> float:
        """Say when a call that comes now gets its slot."""
        self._slots.pass_to(at)
        return at if self._slots.count < self.slots else self._slots.first

    def work(self, end: float) -> tuple[Entry, Entry]:
        """Take the slot that `begin` told of, until the call's work is done; give what it holds: slot and place."""
        if self._slots.count == self.slots:
            self._slots.take_first()
        return self._slots.add(end), self._places.add(end)

    def wait(self, until: float) -> Entry:
        """Wait for a slot in vain until then; give the place that it holds."""
        return self._places.add(until)

    def give_back(self, slot: Entry, free_at: float) -> None:
        """Have a slot free earlier, if no other call was promised it meanwhile."""
        if self._slots.discard(slot):
            self._slots.add(free_at)

    def leave(self, place: Entry) -> None:
        """Free a place."""
        self._places.discard(place)

    @property
    def in_flight(self) -> int:
        """How many there were when last a call came."""
        return self._places.count
