"""Times at which something ends, the soonest first."""

from heapq import heappop, heappush

Entry = list[float]
"""A time, the number of its entry, and 1 as long as it is to come: what it is taken out by."""


class Ends:
    """Times in order; each can be taken out before it comes. `count` is how many are to come.

    Entries that were taken out stay on the heap until they would be the first, so that nothing is looked for.
    """

    def __init__(self) -> None:
        self.count = 0
        self._heap: list[Entry] = []
        self._entries = 0

    def add(self, at: float) -> Entry:
        """Take a time in."""
        self._entries += 1
        self.count += 1
        entry: Entry = [at, self._entries, 1]
        heappush(self._heap, entry)
        return entry

    def discard(self, entry: Entry) -> bool:
        """Take a time out; say whether it was still to come."""
        if not entry[2]:
            return False
        entry[2] = 0
        self.count -= 1
        return True

    def pass_to(self, now: float) -> float | None:
        """Let all times up to this one pass; give the latest of them, or None if there was none."""
        heap, latest = self._heap, None
        while heap and heap[0][0] <= now:
            entry = heappop(heap)
            if entry[2]:
                entry[2] = 0
                self.count -= 1
                latest = entry[0]
        return latest

    @property
    def first(self) -> float:
        """The next time to come. There must be one."""
        heap = self._heap
        while not heap[0][2]:
            heappop(heap)
        return heap[0][0]

    def take_first(self) -> None:
        """Take the next time out. There must be one."""
        while not self.discard(heappop(self._heap)):
            pass
