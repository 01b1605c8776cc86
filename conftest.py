"""What all tests share: how they are gathered, and dealt among workers."""

import gc
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for what could be thrown away from here on, but not among what was gathered, which lasts until the end."""
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have each worker begin with what is slow, a folder of it, so that none of that is left for the end.

    Each is given an equal part of the list, and who is done takes over from the end of what others have left.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    slow = {path for path, tests in files.items() if any(one.get_closest_marker("slow") for one in tests)}
    if workers == 1 or not slow:
        return
    folders = sorted({path.relative_to(config.rootpath).parts[0] for path in slow})
    shares: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for path, tests in files.items():
        if path in slow:
            shares[folders.index(path.relative_to(config.rootpath).parts[0]) % workers] += tests
    for path, tests in files.items():
        if path not in slow:
            min(shares, key=len).extend(tests)
    items[:] = chain.from_iterable(shares)
