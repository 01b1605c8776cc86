"""The wire shapes, one file each. A module dropped into this folder is served, listed, tested and documented."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from azureml_emulator.schema import Schema
from azureml_emulator.spelling import nearest


@cache
def all_schemas() -> Mapping[str, Schema[Any]]:
    """Give every shape by its name, in alphabetical order. Each module's `SCHEMA` is one."""
    found: dict[str, Schema[Any]] = {}
    for module in pkgutil.iter_modules(__path__):
        schema = import_module(f"{__name__}.{module.name}").SCHEMA
        if schema.name in found:
            raise TypeError(f"two modules of {__name__} define the schema {schema.name!r}")
        found[schema.name] = schema
    return MappingProxyType(dict(sorted(found.items())))


def find(name: str) -> Schema[Any]:
    """Give one shape. Raises `ValueError` that lists what there is and guesses what was meant."""
    known = all_schemas()
    if name not in known:
        raise ValueError(f"expected one of {', '.join(known)}{nearest(name, known)}")
    return known[name]
