"""Bounded memory: how often something came, and what was worked out for short bodies that came before."""

from collections.abc import Hashable
from typing import Generic, TypeVar
from weakref import ref

Value = TypeVar("Value")

LONGEST = 4096
"""Bytes of a body that is worth remembering."""


class Tally:
    """Counts how often keys came; of those that did not come for long it forgets the count.

    At least the latest `limit` different keys are known, at most twice as many.
    """

    def __init__(self, limit: int = 1 << 16) -> None:
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}
        self._limit = limit

    def add(self, key: bytes) -> int:
        """Count a key; give how often it came before."""
        times = self._young.get(key) or self._old.get(key, 0)
        if len(self._young) >= self._limit:
            self._old, self._young = self._young, {}
        self._young[key] = times + 1
        return times

    def clear(self) -> None:
        """Forget everything."""
        self._young.clear()
        self._old.clear()

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())


class Memo(Generic[Value]):
    """Values by key, no more than `limit` of them; when it is full it starts afresh."""

    def __init__(self, limit: int = 1024) -> None:
        self._values: dict[Hashable, Value] = {}
        self._limit = limit
        self.get = self._values.get

    def put(self, key: Hashable, body: bytes, value: Value) -> None:
        """Remember a value that was worked out for a body, unless the body is long."""
        if len(body) <= LONGEST:
            if len(self._values) >= self._limit:
                self._values.clear()
            self._values[key] = value

    def __len__(self) -> int:
        return len(self._values)


class Counts:
    """How often each of some things had its turn; they are told apart by what they are, not by what they say.

    Of a thing that is no more, nothing is kept.
    """

    def __init__(self) -> None:
        self._turns: dict[int, tuple[ref[object], int]] = {}

    def next(self, thing: object) -> int:
        """Give a thing its next turn, counted from 1."""
        place = id(thing)
        known = self._turns.get(place)
        if known is None:
            known = ref(thing, lambda _: self._turns.pop(place, None)), 0
        self._turns[place] = known[0], known[1] + 1
        return known[1] + 1

    def of(self, thing: object) -> int:
        """Say how many turns a thing had."""
        known = self._turns.get(id(thing))
        return 0 if known is None else known[1]

    def clear(self) -> None:
        """Forget all turns."""
        self._turns.clear()

    def __len__(self) -> int:
        return len(self._turns)


class Turns:
    """The turns that things take in one request: one each, however often it is asked for."""

    def __init__(self, counts: Counts, taking: bool = True) -> None:
        """Take turns from `counts`; if not `taking`, only say whose turn it would be."""
        self._counts = counts
        self._taking = taking
        self._taken: dict[int, int] = {}

    def of(self, thing: object) -> int:
        """Give a thing its turn, counted from 1."""
        turn = self._taken.get(id(thing))
        if turn is None:
            turn = self._counts.next(thing) if self._taking else self._counts.of(thing) + 1
            self._taken[id(thing)] = turn
        return turn

    def taken(self, thing: object) -> int | None:
        """Give the turn that a thing took, or None if it took none."""
        return self._taken.get(id(thing))

    def ahead(self) -> "Turns":
        """Give turns that nothing takes yet."""
        turns = Turns(self._counts, taking=False)
        turns._taken |= self._taken
        return turns
