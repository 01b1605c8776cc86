"""Real time on a machine that has much else to do: this process, and those that it starts, go first if they may."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest


@pytest.fixture
def precedence() -> Iterator[None]:
    """Ask the system for it; where it says no, tests that measure may find the machine too busy."""
    if sys.platform != "linux":
        yield
        return
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    yield
    with suppress(PermissionError):
        os.sched_setscheduler(0, *before)
