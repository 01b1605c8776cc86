"""Wire shapes as parameters: everyday tests try one of each kind, all the others are `slow`."""

from collections.abc import Iterable
from typing import Any

import pytest

from azureml_emulator.schemas import all_schemas


def kind(schema: Any) -> Any:
    """What the shapes of a kind have in common: who serves them, whether they speak, and how they stream."""
    return schema.api_type, schema.server, schema.speaks, bool(schema.stream), bool(schema.framing)


def first_of_each_kind(schemas: Iterable[Any] | None = None) -> list[Any]:
    """Give every shape as a parameter; all but the first of each kind are `slow`."""
    known, found = set[Any](), []
    for schema in all_schemas().values() if schemas is None else schemas:
        marks = [pytest.mark.slow] if kind(schema) in known else []
        known.add(kind(schema))
        found.append(pytest.param(schema, id=schema.name, marks=marks))
    return found
