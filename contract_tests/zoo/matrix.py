"""The kill matrix: which checks reject which specimen."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from typing import Any

from azureml_contract import factory, wire
from azureml_contract.client import Clients
from azureml_contract.inspection import Formatters, Inspection
from azureml_contract.stage import Stage, staged
from azureml_contract.wire import Wire
from contract_tests.zoo.specimens import Specimen, specimens

Stages = Callable[[Wire], Stage]


@contextmanager
def stages() -> Iterator[Stages]:
    """Give the stage of a wire, which all clients of that wire share."""
    with ExitStack() as stack:
        by_name = cache(lambda name, api_type: stack.enter_context(staged(wire.known(name, api_type))))
        yield lambda known: by_name(known.name, known.api_type)


def inspected(specimen: Specimen, stage_of: Stages, **more: Any) -> Inspection:
    """Inspect a formatter, or a client."""
    known = wire.known(specimen.schema, specimen.api_type)
    made = factory.of(specimen.make)
    if specimen.formatter is None:
        return Inspection(Formatters(made, known), known, **more)
    return Inspection(Clients(made, factory.of(specimen.formatter), known, stage_of(known)), known, **more)


@dataclass(frozen=True)
class Row:
    """A specimen, and the ids of the checks that reject it."""

    specimen: Specimen
    rejecting: tuple[str, ...]


def row(specimen: Specimen, stage_of: Stages) -> Row:
    """Put every check to a specimen."""
    verdicts = inspected(specimen, stage_of).run()
    return Row(specimen, tuple(one.check.id for one in verdicts if one.bad))


def rows(workers: int = 3) -> Iterator[Row]:
    """Put every check to every broken specimen, in some processes, since clients mostly wait."""
    broken = [one for one in specimens() if one.killer]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        parts = list(pool.map(_rejecting, range(workers), [workers] * workers))
    for number, one in enumerate(broken):
        yield Row(one, parts[number % workers][number // workers])


def _rejecting(first: int, step: int) -> list[tuple[str, ...]]:
    with stages() as stage_of:
        return [row(one, stage_of).rejecting for one in [one for one in specimens() if one.killer][first::step]]
