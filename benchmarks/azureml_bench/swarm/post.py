"""Reports from a worker to the master, so that none is lost and none counted twice, whatever the network does.

Each has a number. A worker keeps what the master has not acknowledged, and sends it again with what is new; the
master takes each number once. The last says that it is the last, and how many requests the worker sent in all.
"""

from dataclasses import dataclass, field
from typing import Any

from azureml_bench.swarm.tally import Tally


@dataclass
class Outbox:
    """A worker's side: what is counted now, and what was reported and not acknowledged."""

    now: Tally = field(default_factory=Tally)
    lines: list[str] = field(default_factory=list)
    sent: int = 0
    _kept: dict[int, dict[str, Any]] = field(default_factory=dict)
    _next: int = 0
    over: bool = False

    def reports(self, vitals: dict[str, float]) -> list[dict[str, Any]]:
        """Give all that the master should know: what it did not acknowledge, and what was counted since."""
        if not self.over:
            self._seal(vitals, last=False)
        return list(self._kept.values())

    def close(self, vitals: dict[str, float]) -> None:
        """Write the last report; nothing is counted after it."""
        self._seal(vitals, last=True)
        self.over = True

    def acknowledged(self, numbers: list[int]) -> None:
        """Forget what the master has."""
        for number in numbers:
            self._kept.pop(number, None)

    @property
    def delivered(self) -> bool:
        """Whether the last report has been acknowledged, and all before it."""
        return self.over and not self._kept

    def _seal(self, vitals: dict[str, float], *, last: bool) -> None:
        self._kept[self._next] = {
            "number": self._next,
            "last": last,
            "sent": self.sent,
            "tally": self.now.document(),
            "lines": self.lines,
            "vitals": vitals,
        }
        self._next += 1
        self.now, self.lines = Tally(), []


@dataclass
class Received:
    """The master's side, for one worker: all that it reported, each report once.

    `sent` is how many requests it said it had sent, by its latest report; `vitals` are what it said of
    itself last. `expected` is how many it was to send, None where nobody can know.
    """

    worker: str
    expected: int | None = None
    tally: Tally = field(default_factory=Tally)
    lines: list[str] = field(default_factory=list)
    sent: int = 0
    vitals: dict[str, float] = field(default_factory=dict)
    _numbers: set[int] = field(default_factory=set)
    _last: int | None = None

    def take(self, reports: list[dict[str, Any]]) -> list[int]:
        """Take what came, and give the numbers that are acknowledged."""
        for one in reports:
            number = int(one["number"])
            if number in self._numbers:
                continue
            self._numbers.add(number)
            self.tally.merge(Tally.read(one["tally"]))
            self.lines += one["lines"]
            self.sent = max(self.sent, int(one["sent"]))
            if one["vitals"] and number == max(self._numbers):
                self.vitals = one["vitals"]
            if one["last"]:
                self._last = number
        return [int(one["number"]) for one in reports]

    @property
    def complete(self) -> bool:
        """Whether the last report is here, and every one before it."""
        return self._last is not None and len(self._numbers) == self._last + 1

    @property
    def missing(self) -> int:
        """How many requests nothing is known of: those it was to send, or else said it had sent, less those told."""
        return max(self.expected if self.expected is not None else 0, self.sent) - self.tally.requests
