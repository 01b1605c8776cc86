"""What a deployment is doing, for latency models that go by it."""

from math import inf

from azureml_emulator.admission.ends import Ends, Entry
from azureml_emulator.latency import Load


class Workload:
    """The calls that are worked on."""

    def __init__(self) -> None:
        self._ends = Ends()
        self._idle_since = -inf

    def begin(self, at: float) -> Load:
        """Say what else goes on when a call's work begins."""
        ended = self._ends.pass_to(at)
        if ended is not None:
            self._idle_since = max(self._idle_since, ended)
        others = self._ends.count
        return Load(others + 1, 0.0 if others else max(0.0, at - self._idle_since))

    def work(self, end: float) -> Entry:
        """Work on a call until then; give what it can be changed by."""
        return self._ends.add(end)

    def forget(self, work: Entry) -> None:
        """Never do some work."""
        self._ends.discard(work)

    def stop(self, work: Entry, at: float) -> None:
        """End some work early."""
        if self._ends.discard(work):
            self._ends.add(at)
