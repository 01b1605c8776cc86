"""What is kept of each call that was simulated: a few numbers, in columns."""

from array import array
from collections import Counter

from azureml_emulator.wire import Reply

SERVED = "200"
BROKEN = "broken"
"""A 200 whose answer broke off, which no caller can use."""


class Tally:
    """The calls of one deployment, or those that were refused before one was chosen.

    A call counts if it arrives from `start` on. Latency, queue and the rest are those of served calls, in seconds.
    """

    def __init__(self, start: float = 0.0, end: float = 0.0) -> None:
        self.start = start
        self.end = end
        self.statuses: Counter[str] = Counter()
        self.latency = array("d")
        self.queue = array("d")
        self.first = array("d")
        self.completed = 0
        self.busy = 0.0

    def note(self, at: float, reply: Reply) -> None:
        """Write down what became of a call."""
        queue = 0.0
        for stage, length in reply.exchange.stages if reply.exchange else ():
            if stage == "queue":
                queue = length
            elif stage == "model":
                self._work(at + queue, length)
        if reply.status != 200 or reply.end is not None:
            if at >= self.start:
                self.statuses[BROKEN if reply.status == 200 else str(reply.status)] += 1
            return
        first, seconds = reply.writes[0][0], reply.writes[-1][0]
        if self.start <= at + seconds < self.end:
            self.completed += 1
        if at >= self.start:
            self.latency.append(seconds)
            self.queue.append(queue)
            if reply.chunked:
                self.first.append(first)

    def _work(self, begin: float, length: float) -> None:
        """Count the time of work that lies between start and end."""
        within = length
        if begin < self.start:
            within -= self.start - begin
        if begin + length > self.end:
            within -= begin + length - self.end
        if within > 0:
            self.busy += within

    @property
    def counts(self) -> dict[str, int]:
        """How many calls came to what."""
        return {**({SERVED: len(self.latency)} if self.latency else {}), **self.statuses}

    def add(self, other: "Tally") -> None:
        """Count another's calls as well."""
        self.statuses.update(other.statuses)
        self.latency.extend(other.latency)
        self.queue.extend(other.queue)
        self.first.extend(other.first)
        self.completed += other.completed
        self.busy += other.busy
