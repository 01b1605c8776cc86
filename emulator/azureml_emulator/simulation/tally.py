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
        self.streamed = False

    def note(self, at: float, reply: Reply) -> None:
        """Write down what became of a call."""
        exchange = reply.exchange
        stages = dict(getattr(exchange, "timing", ()))
        queue, model = stages.get("queue", 0.0), stages.get("model", 0.0)
        if model:
            self._work(at + queue, at + queue + model)
        seconds = reply.seconds
        broken = reply.end is not None
        served = reply.status == 200 and not broken
        if served and self.start <= at + seconds < self.end:
            self.completed += 1
        if at < self.start:
            return
        if not served:
            self.statuses[BROKEN if broken and reply.status == 200 else str(reply.status)] += 1
            return
        self.statuses[SERVED] += 1
        self.latency.append(seconds)
        self.queue.append(queue)
        if reply.chunked:
            self.streamed = True
            self.first.append(reply.writes[0][0])

    def _work(self, begin: float, over: float) -> None:
        """Count the time of work that lies between start and end."""
        within = min(over, self.end) - max(begin, self.start)
        if within > 0:
            self.busy += within

    def add(self, other: "Tally") -> None:
        """Count another's calls as well."""
        self.statuses.update(other.statuses)
        self.latency.extend(other.latency)
        self.queue.extend(other.queue)
        self.first.extend(other.first)
        self.completed += other.completed
        self.busy += other.busy
        self.streamed = self.streamed or other.streamed
