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
    `problems` tells of the first call of each status why it was not served.
    """

    def __init__(self, start: float = 0.0, end: float = 0.0) -> None:
        self.start = start
        self.end = end
        self.statuses: Counter[str] = Counter()
        self.problems: dict[str, str] = {}
        self.latency = array("d")
        self.queue = array("d")
        self.first = array("d")
        self.completed = 0
        self.busy = 0.0

    def note(self, at: float, reply: Reply) -> None:
        """Write down what became of a call."""
        status, _, writes, chunked, exchange, end, *_ = reply
        start, queue = self.start, 0.0
        for stage, length in exchange.stages if exchange else ():
            if stage == "queue":
                queue = length
            elif stage == "model":
                begin = at + queue
                over = begin + length
                inside = begin >= start and over <= self.end
                self.busy += length if inside else max(0.0, min(over, self.end) - max(begin, start))
        if status != 200 or end is not None:
            if at >= start:
                came = BROKEN if status == 200 else str(status)
                self.statuses[came] += 1
                if came not in self.problems:
                    self.problems[came] = exchange.problem if exchange else ""
            return
        seconds = writes[-1][0]
        if start <= at + seconds < self.end:
            self.completed += 1
        if at >= start:
            self.latency.append(seconds)
            self.queue.append(queue)
            if chunked:
                self.first.append(writes[0][0])

    @property
    def counts(self) -> dict[str, int]:
        """How many calls came to what."""
        return {**({SERVED: len(self.latency)} if self.latency else {}), **self.statuses}

    def add(self, other: "Tally") -> None:
        """Count another's calls as well."""
        self.statuses.update(other.statuses)
        self.problems = {**other.problems, **self.problems}
        self.latency.extend(other.latency)
        self.queue.extend(other.queue)
        self.first.extend(other.first)
        self.completed += other.completed
        self.busy += other.busy
