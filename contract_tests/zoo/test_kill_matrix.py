"""The kit has teeth: every broken specimen is rejected by its own check, and no correct one by any."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest

from azureml_contract import factory, wire
from azureml_contract.check import all_checks
from azureml_contract.client import Clients
from azureml_contract.inspection import Formatters, Inspection
from azureml_contract.report.block import block
from azureml_contract.search import Search
from azureml_contract.stage import Stage, staged
from azureml_contract.wire import Wire
from contract_tests.zoo.specimens import Specimen, specimens

FORMATTERS = [one for one in specimens() if one.formatter is None]
CLIENTS = [one for one in specimens() if one.formatter is not None]


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


Stages = Callable[[Wire], Stage]


@pytest.fixture(scope="module")
def stages() -> Iterator[Stages]:
    """Give the stage of a wire, which all clients of that wire share."""
    with ExitStack() as stack:
        by_name = cache(lambda name, api_type: stack.enter_context(staged(wire.known(name, api_type))))
        yield lambda known: by_name(known.name, known.api_type)


def client_inspection(specimen: Specimen, stages: Stages, **more: Any) -> Inspection:
    """Inspect a client."""
    known = wire.known(specimen.schema, specimen.api_type)
    assert specimen.formatter is not None
    clients = Clients(factory.of(specimen.make), factory.of(specimen.formatter), known, stages(known))
    return Inspection(clients, known, **more)


@pytest.mark.parametrize("specimen", [one for one in CLIENTS if one.killer], ids=str)
def test_a_broken_client_is_rejected_by_its_check(specimen: Specimen, stages: Stages) -> None:
    (verdict,) = client_inspection(specimen, stages, only=[specimen.killer]).run()
    assert verdict.outcome == "failed"


def correct_clients() -> Iterator[Any]:
    """Give them; all but the reference at a plain endpoint are `slow`, since retries and streams take their time."""
    for one in CLIENTS:
        if not one.killer:
            everyday = (one.name, one.schema) == ("Caller", "gpt2")
            yield pytest.param(one, id=str(one), marks=[] if everyday else [pytest.mark.slow])


@pytest.mark.parametrize("specimen", list(correct_clients()))
def test_a_correct_client_passes_every_check(specimen: Specimen, stages: Stages) -> None:
    inspected = client_inspection(specimen, stages)
    assert not [block(one, inspected) for one in inspected.run() if one.bad]


@pytest.mark.parametrize("id_", all_checks())
def test_every_check_rejects_something(id_: str) -> None:
    assert id_ in {one.killer for one in specimens()}
