"""A loop whose time is made up: it jumps to what is due next, so that a minute is over at once, and nothing late."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
Now = Callable[[], int]

TICK = 0.00001
"""Seconds that each round of the loop takes."""


class Jumping(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    seconds = 0.0

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(0)
        if not found and timeout is None:
            raise RuntimeError("nothing will ever happen")
        self.seconds += TICK + (0 if found else max(timeout or 0, 0))
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.jumping = Jumping()
        super().__init__(self.jumping)

    def time(self) -> float:
        return self.jumping.seconds

    def nanoseconds(self) -> int:
        return round(self.jumping.seconds * 1e9)


def played(coroutine: Callable[[Now], Coroutine[Any, Any, T]]) -> T:
    """Run something in made-up time; it is given the clock."""
    made: list[VirtualLoop] = []

    def factory() -> VirtualLoop:
        made.append(VirtualLoop())
        return made[0]

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.get_loop()
        return runner.run(coroutine(made[0].nanoseconds))
