"""Many pieces of work at once, in threads or in tasks, so many at a time."""

from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

DEFAULT_CONCURRENCY = 32
"""How much of a batch is under way at once, unless `max_concurrency` says otherwise."""

T = TypeVar("T")


def in_threads(
    work: Sequence[Callable[[], T]], max_concurrency: int | None = None, *, return_exceptions: bool = False
) -> list[Any]:
    """Return the results in the order of `work`.

    With `return_exceptions` a failure takes its result's place; without, the first one in order is raised and what
    has not begun is not done.
    """
    from concurrent.futures import ThreadPoolExecutor

    workers = min(_limit(max_concurrency), len(work))
    if workers <= 1 and not return_exceptions:
        return [each() for each in work]
    with ThreadPoolExecutor(max(1, workers), thread_name_prefix="azureml-endpoint") as executor:
        futures = [executor.submit(copy_context().run, each) for each in work]
        try:
            return [_outcome(each) if return_exceptions else each.result() for each in futures]
        finally:
            executor.shutdown(wait=False, cancel_futures=True)


async def in_tasks(
    work: Sequence[Callable[[], Awaitable[T]]], max_concurrency: int | None = None, *, return_exceptions: bool = False
) -> list[Any]:
    """Return the results in the order of `work`, failures as with `in_threads`."""
    import asyncio

    gate = asyncio.Semaphore(_limit(max_concurrency))

    async def one(each: Callable[[], Awaitable[T]]) -> T:
        async with gate:
            return await each()

    tasks = [asyncio.ensure_future(one(each)) for each in work]
    try:
        return await asyncio.gather(*tasks, return_exceptions=return_exceptions)
    finally:
        for task in tasks:
            task.cancel()


def _outcome(future: "Future[T]") -> T | BaseException:
    return future.exception() or future.result()


def _limit(max_concurrency: int | None) -> int:
    if max_concurrency is None:
        return DEFAULT_CONCURRENCY
    if isinstance(max_concurrency, bool) or not isinstance(max_concurrency, int) or max_concurrency < 1:
        raise ValueError(f"max_concurrency must be a whole number above 0, not {max_concurrency!r}")
    return max_concurrency
