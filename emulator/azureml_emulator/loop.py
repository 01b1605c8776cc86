"""The event loop that serves: one that wakes when something is due, and not at the next whole millisecond."""

import asyncio
import select
import selectors
import sys

_MOST_DESCRIPTORS = 1024
"""C's FD_SETSIZE: what `select` can watch lies below."""

if sys.platform == "linux":

    class FineSelector(selectors.EpollSelector):
        """Waits to the microsecond.

        `epoll_wait` takes whole milliseconds, which asyncio rounds up to; `select` takes microseconds, and an epoll
        object can be waited for like a file.
        """

        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            """Wait for events, but not longer than `timeout` seconds."""
            if timeout is not None and timeout > 0:
                if not select.select((self.fileno(),), (), (), timeout)[0]:
                    return []
                timeout = 0
            return super().select(timeout)


def new_loop() -> asyncio.AbstractEventLoop:
    """Make a loop: as fine as the system allows, else Python's own."""
    if sys.platform == "linux":
        selector = FineSelector()
        if selector.fileno() < _MOST_DESCRIPTORS:
            return asyncio.SelectorEventLoop(selector)
        selector.close()
    return asyncio.new_event_loop()
