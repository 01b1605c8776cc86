"""Which worker sends which request: every worker knows the whole schedule, and takes each so-manieth of it.

So the workers together send what one process would have sent, at the same instants, whatever the arrivals are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from azureml_bench.load import Due


@dataclass(frozen=True)
class Share:
    """One worker's part of a run: it is number `index`, from 0, of so many."""

    index: int
    of: int

    def dues(self, dues: Iterable[Due]) -> Iterator[Due]:
        """Give its requests of the whole schedule; each keeps its number and its instant."""
        return islice(dues, self.index, None, self.of)

    def part(self, whole: int) -> int:
        """Give its part of a count, such as of users: as even as can be, and in all exactly the whole."""
        return whole // self.of + (self.index < whole % self.of)


def sizes(dues: Iterable[Due], workers: int) -> list[int]:
    """Say how many requests of the schedule each worker is to send."""
    count = sum(1 for _ in dues)
    return [Share(index, workers).part(count) for index in range(workers)]
