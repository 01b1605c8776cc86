"""What came of a simulation, in numbers: the same on every machine."""

from collections.abc import Sequence
from functools import cached_property
from math import ceil, fsum
from typing import Any

from azureml_emulator.simulation.tally import SERVED, Tally

SHOWN = (50.0, 90.0, 99.0)
"""The percentiles that are shown."""


class Distribution:
    """Some lengths of time, in milliseconds."""

    def __init__(self, seconds: Sequence[float]) -> None:
        self._sorted = sorted(seconds)

    def __len__(self) -> int:
        return len(self._sorted)

    @property
    def mean(self) -> float:
        """The mean, of which there must be something."""
        return fsum(self._sorted) / len(self._sorted) * 1000

    def percentile(self, share: float) -> float:
        """Give the smallest of them that so many percent of them do not exceed (nearest rank)."""
        return self._sorted[max(0, ceil(round(share / 100 * len(self._sorted), 6)) - 1)] * 1000

    def as_dict(self) -> dict[str, float | None]:
        """Mean, percentiles and maximum, rounded to a microsecond; None each if there is nothing."""
        if not self._sorted:
            return dict.fromkeys(("mean", *(f"p{one:g}" for one in SHOWN), "max"))
        named = {"mean": self.mean, **{f"p{one:g}": self.percentile(one) for one in SHOWN}}
        return {name: round(value, 3) for name, value in {**named, "max": self.percentile(100)}.items()}


class Summary:
    """Calls of one deployment, or of all of them; `seconds` is how long the window is in which they are counted."""

    def __init__(
        self,
        tally: Tally,
        seconds: float,
        slots: int | None,
        endpoint: str = "",
        deployment: str = "",
        parts: "tuple[Summary, ...]" = (),
    ) -> None:
        self._tally = tally
        self.seconds = seconds
        self.slots = slots
        self.endpoint = endpoint
        self.deployment = deployment
        self.parts = parts
        self.statuses = dict(sorted(tally.counts.items()))
        self.problems = tally.problems
        self.offered = sum(self.statuses.values())
        self.served = self.statuses.get(SERVED, 0)

    @cached_property
    def latency(self) -> Distribution:
        """From arrival to the last byte, of served calls."""
        return Distribution(self._tally.latency)

    @cached_property
    def queue(self) -> Distribution:
        """From arrival until a slot is free, of served calls."""
        return Distribution(self._tally.queue)

    @cached_property
    def first(self) -> Distribution | None:
        """From arrival to the first byte, of served calls, if they were streams."""
        return Distribution(self._tally.first) if self._tally.first else None

    @property
    def errors(self) -> float:
        """The share of calls that were not served."""
        return (self.offered - self.served) / self.offered if self.offered else 0.0

    @property
    def at_work(self) -> float:
        """How many calls were worked on at once, on average."""
        return self._tally.busy / self.seconds if self.seconds else 0.0

    @property
    def utilisation(self) -> float | None:
        """The share of the slots that was at work, on average; None if their number is not limited."""
        return self.at_work / self.slots if self.slots else None

    @property
    def offered_per_s(self) -> float:
        """Arrivals a second."""
        return self.offered / self.seconds if self.seconds else 0.0

    @property
    def served_per_s(self) -> float:
        """Served calls that came to their end, a second."""
        return self._tally.completed / self.seconds if self.seconds else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Everything, as JSON values, rounded so that they are the same everywhere."""
        busy = self.utilisation
        first = {} if self.first is None else {"ttft_ms": self.first.as_dict()}
        named = {"endpoint": self.endpoint, "deployment": self.deployment} if self.endpoint else {}
        parts = {"deployments": [one.as_dict() for one in self.parts]} if self.parts else {}
        return {
            **named,
            "seconds": round(self.seconds, 6),
            "offered": self.offered,
            "served": self.served,
            "offered_per_s": round(self.offered_per_s, 3),
            "served_per_s": round(self.served_per_s, 3),
            "errors": round(self.errors, 6),
            "status": self.statuses,
            "latency_ms": self.latency.as_dict(),
            **first,
            "queue_ms": self.queue.as_dict(),
            "at_work": round(self.at_work, 4),
            "utilisation": None if busy is None else round(busy, 4),
            **parts,
        }
