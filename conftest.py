"""What all tests share: they are gathered without looking, again and again, for what could be thrown away."""

import gc
from collections.abc import Iterator

import pytest

gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for garbage from here on, but not among what was gathered, which lasts until the end."""
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
