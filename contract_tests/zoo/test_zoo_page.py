"""What docs/contract-zoo.md says of the zoo is so."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from contract_tests.zoo.matrix import row, stages
from contract_tests.zoo.specimens import specimens

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| ([RMSTC]\d\d) \| `(\w+)` \| (\w+) \| `([\w-]+)` \| (.*) \| (.*) \|$", re.MULTILINE)
BROKEN = [one for one in specimens() if one.killer]


def told() -> list[tuple[str, ...]]:
    return ROW.findall((DOCS / "contract-zoo.md").read_text(encoding="utf-8"))


def found(killer: str, name: str, kind: str, schema: str, about: str, others: str) -> tuple[str, ...]:
    return killer, name.strip("`"), kind, schema.strip("`"), about.replace("|", "\\|"), others


@pytest.fixture
def tables() -> Any:
    """The module that writes the page."""
    spec = importlib.util.spec_from_file_location("contract_tables", DOCS / "contract_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_all_that_are_broken_are_there() -> None:
    written = sorted((killer, name, schema) for killer, name, _, schema, *_ in told())
    assert written == sorted((one.killer, one.name, one.schema) for one in BROKEN)


@pytest.mark.slow
def test_some_of_them_are_rejected_by_whom_it_says(tables: Any) -> None:
    """Some are put to all checks, few of them clients, which take their time."""
    formatters, clients = ([one for one in BROKEN if bool(one.formatter) is client] for client in (False, True))
    with stages() as stage_of:
        for one in (*formatters[::8], *clients[::30]):
            assert found(*tables.zoo_row(row(one, stage_of))) in told()
