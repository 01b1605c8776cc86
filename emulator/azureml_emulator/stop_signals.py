"""SIGINT and SIGTERM, for commands that run until they get one."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def stop_signals(stopping: asyncio.Event, hurry: Callable[[], None]) -> Iterator[None]:
    """Let the first signal set `stopping`, and each later one stop the waiting for what is still open.

    Afterwards they are ignored, so that none can hit an interpreter that is on its way out. Loops on Windows take no
    handlers; there the signal module's own do.
    """
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if stopping.is_set():
            hurry()
        stopping.set()

    for one in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(one, stop)
        except NotImplementedError:
            signal.signal(one, lambda *_: loop.call_soon_threadsafe(stop))
    yield
    for one in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.remove_signal_handler(one)
        signal.signal(one, signal.SIG_IGN)
