"""The kit has teeth: every broken specimen is rejected by its own check, and no correct one by any."""

from typing import Any

import pytest

from azureml_contract import factory, wire
from azureml_contract.check import all_checks
from azureml_contract.inspection import Formatters, Inspection
from azureml_contract.report.block import block
from azureml_contract.search import Search
from contract_tests.zoo.specimens import Specimen, specimens

FORMATTERS = [one for one in specimens() if one.formatter is None]


def inspection(specimen: Specimen, search: Search | None = None, **more: Any) -> Inspection:
    """Inspect a formatter."""
    known = wire.known(specimen.schema, specimen.api_type)
    return Inspection(Formatters(factory.of(specimen.make), known), known, search or Search(), **more)


@pytest.mark.parametrize("specimen", [one for one in FORMATTERS if one.killer], ids=str)
def test_a_broken_formatter_is_rejected_by_its_check(specimen: Specimen) -> None:
    (verdict,) = inspection(specimen, only=[specimen.killer]).run()
    assert verdict.outcome == "failed"


@pytest.mark.parametrize("specimen", [one for one in FORMATTERS if not one.killer], ids=str)
def test_a_correct_formatter_passes_every_check(specimen: Specimen) -> None:
    inspected = inspection(specimen)
    assert not [block(one, inspected) for one in inspected.run() if one.bad]


@pytest.mark.parametrize("id_", all_checks())
def test_every_check_rejects_something(id_: str) -> None:
    assert id_ in {one.killer for one in specimens()}
