"""No check rejects what is correct, whatever Hypothesis makes up: with `HUNT`, 500 cases a check with 20 seeds."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from azureml_contract.report.block import block
from azureml_contract.search import Search
from contract_tests.zoo import matrix
from contract_tests.zoo.specimens import Specimen, specimens

HUNT = int(os.environ.get("HUNT", "0"))
SEEDS = max(HUNT // 250, 1)
EXAMPLES = 500 if HUNT else 25

certain: set[str] = set()
"""Checks that leave nothing to chance; other tests put them to every specimen."""


class Noting(Search):
    """Notes whether anything was left to chance: what was not need not be asked with another seed."""

    by_chance = False

    def __call__(self, holds: Callable[[Any], None], cases: Iterable[Any] = (), strategy: Any = None) -> None:
        self.by_chance = self.by_chance or strategy is not None
        super().__call__(holds, cases, strategy)


@pytest.fixture(scope="module")
def stage_of() -> Iterator[matrix.Stages]:
    with matrix.stages() as made:
        yield made


@pytest.fixture
def first(pytestconfig: pytest.Config) -> int:
    """The first seed: that of Hypothesis's own option."""
    return int(pytestconfig.getoption("hypothesis_seed", None) or 0)


CORRECT = [one for one in specimens() if not one.killer and (HUNT or one.formatter is None)]


@pytest.mark.slow
@pytest.mark.parametrize("specimen", CORRECT, ids=str)
def test_a_correct_one_passes_whatever_is_made_up(specimen: Specimen, stage_of: matrix.Stages, first: int) -> None:
    for check in matrix.inspected(specimen, stage_of).checks:
        for seed in range(first, first + SEEDS) if check.id not in certain else ():
            search = Noting(EXAMPLES, seed)
            inspected = matrix.inspected(specimen, stage_of, search=search, only=[check.id])
            (verdict,) = inspected.run()
            assert not verdict.bad, f"seed {seed}\n{block(verdict, inspected)}"
            if not search.by_chance:
                certain.add(check.id)
                break
