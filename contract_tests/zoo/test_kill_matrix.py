"""The kit has teeth: every broken specimen is rejected by its own check, and no correct one by any."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from azureml_contract.check import all_checks
from azureml_contract.report.block import block
from contract_tests.zoo import matrix
from contract_tests.zoo.specimens import Specimen, specimens

LASTING = ("C06", "R11", "T05", "T08", "T09")
"""Checks of those who wait, or write without end: whoever fails them takes their time."""
FAMILIAR = ("Reference", "Serverless", "Chat", "DedicatedChat")
"""The correct ones of every day; what the others have is a variety."""


@pytest.fixture(scope="module")
def stage_of() -> Iterator[matrix.Stages]:
    with matrix.stages() as made:
        yield made


def rows(some: Iterable[Specimen], everyday: set[int]) -> list[Any]:
    """Give them as rows of a test; all but those of every day are slow."""
    slow = pytest.mark.slow
    return [pytest.param(one, id=str(one), marks=[] if id(one) in everyday else [slow]) for one in some]


def broken() -> list[Any]:
    """Every day, one for each check that takes no time."""
    some = [one for one in specimens() if one.killer]
    first = {one.killer: id(one) for one in reversed(some) if one.killer not in LASTING}
    return rows(some, set(first.values()))


def correct() -> list[Any]:
    some = [one for one in specimens() if not one.killer]
    return rows(some, {id(one) for one in some if one.name in FAMILIAR})


@pytest.mark.parametrize("specimen", broken())
def test_a_broken_one_is_rejected_by_its_check(specimen: Specimen, stage_of: matrix.Stages) -> None:
    (verdict,) = matrix.inspected(specimen, stage_of, only=[specimen.killer]).run()
    assert verdict.outcome == "failed"


@pytest.mark.parametrize("specimen", correct())
def test_a_correct_one_passes_every_check(specimen: Specimen, stage_of: matrix.Stages) -> None:
    inspected = matrix.inspected(specimen, stage_of)
    assert not [block(one, inspected) for one in inspected.run() if one.bad]


@pytest.mark.parametrize("id_", all_checks())
def test_every_check_rejects_something(id_: str) -> None:
    assert id_ in {one.killer for one in specimens()}
