"""pytest-benchmark's part: the two sides of a row as benchmarks that follow each other, pair by pair."""

from collections.abc import Callable
from typing import Any

import pytest

PAIRS = 9
ROUNDS = 5
ITERATIONS = 40

in_pairs = pytest.mark.parametrize(
    ("pair", "side"), [(pair, side) for pair in range(PAIRS) for side in ("ours", "yardstick")]
)
"""Put innermost, so that the sides of a pair come one right after the other."""


def run(benchmark: Any, what: str, side: str, call: Callable[[], object]) -> None:
    """Time a call; rows are told apart by `what`."""
    benchmark.group = what
    benchmark.extra_info.update(what=what, side=side)
    benchmark.pedantic(call, rounds=ROUNDS, iterations=ITERATIONS, warmup_rounds=1)
