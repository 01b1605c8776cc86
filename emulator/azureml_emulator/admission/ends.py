"""Times at which something ends, the soonest first."""

from heapq import heappop, heappush


class Ends:
    """Times in order; each can be taken out before it comes. What came or was taken out does not count any more.

    Entries that were taken out stay on the heap until they would be the first, so that nothing is looked for.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int]] = []
        self._pending: set[int] = set()
        self._entries = 0

    def add(self, at: float) -> int:
        """Take a time in; give the number by which it can be taken out."""
        self._entries = entry = self._entries + 1
        self._pending.add(entry)
        heappush(self._heap, (at, entry))
        return entry

    def discard(self, entry: int) -> bool:
        """Take a time out; say whether it was still to come."""
        if entry not in self._pending:
            return False
        self._pending.remove(entry)
        return True

    def pass_to(self, now: float) -> float | None:
        """Let all times up to this one pass; give the latest of them, or None if there was none."""
        heap, pending, latest = self._heap, self._pending, None
        while heap and heap[0][0] <= now:
            at, entry = heappop(heap)
            if entry in pending:
                pending.remove(entry)
                latest = at
        return latest

    @property
    def first(self) -> float:
        """The next time to come. There must be one."""
        heap, pending = self._heap, self._pending
        while heap[0][1] not in pending:
            heappop(heap)
        return heap[0][0]

    def take_first(self) -> None:
        """Take the next time out. There must be one."""
        while (entry := heappop(self._heap)[1]) not in self._pending:
            pass
        self._pending.remove(entry)

    def __len__(self) -> int:
        return len(self._pending)
