"""Waits for an instant, and is there on time: a timer alone wakes late, by a tenth of a millisecond or by several."""

import asyncio
import sys
from collections.abc import Callable

_EARLY = 200_000 if sys.platform == "linux" else 1_500_000
"""Nanoseconds before the instant at which the timer is set: what is left is spent looking at the clock.

On Linux the loop's timer is exact to microseconds (`azureml_emulator.loop`), elsewhere to whole milliseconds.
"""


async def until(instant: int, now: Callable[[], int]) -> None:
    """Wait until `now()`, in nanoseconds, is `instant`; what else the loop has to do goes on meanwhile."""
    wait = instant - now()
    if wait > _EARLY:
        await asyncio.sleep((wait - _EARLY) / 1e9)
    while now() < instant:  # noqa: ASYNC110  nothing happens at an instant but that it comes
        await asyncio.sleep(0)
