"""What settings are for: the docstrings below them, read when somebody wants a JSON Schema and not before.

pydantic can read them itself, of each class as soon as it is made (`use_attribute_docstrings`); that took a sixth of
the time in which the emulator starts.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema


class Described(GenerateJsonSchema):
    """Describes the fields of dataclasses by the docstrings below them, where nothing else does."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """Describe a dataclass, and its fields."""
        form = super().dataclass_schema(schema)
        properties: dict[str, Any] = form["properties"]
        for name, text in docstrings(schema["cls"]).items():
            if name in properties and not _described(schema, name):
                properties[name]["description"] = text
        return form


def _described(schema: Any, name: str) -> bool:
    while schema["type"] != "dataclass-args":
        schema = schema["schema"]
    metadata = next(one.get("metadata", {}) for one in schema["fields"] if one["name"] == name)
    return "description" in metadata.get("pydantic_js_updates", {})


def docstrings(kind: type) -> dict[str, str]:
    """Read the docstrings below the attributes of a class and its bases; what has no source has none."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        found |= _of_module(one.__module__).get(one.__qualname__, {})
    return found


@cache
def _of_module(name: str) -> dict[str, dict[str, str]]:
    """Read those of all classes of a module, by their qualified names."""
    try:
        source = inspect.getsource(sys.modules[name])
    except (OSError, TypeError, KeyError):
        return {}
    return {qualified: _below(body) for qualified, body in _classes(ast.parse(source).body, "")}


def _classes(body: list[ast.stmt], within: str) -> Iterator[tuple[str, list[ast.stmt]]]:
    for one in body:
        if isinstance(one, ast.ClassDef):
            yield within + one.name, one.body
            yield from _classes(one.body, f"{within}{one.name}.")
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _classes(one.body, f"{within}{one.name}.<locals>.")


def _below(body: list[ast.stmt]) -> dict[str, str]:
    found, name = {}, ""
    for one in body:
        match one:
            case ast.AnnAssign(target=ast.Name(id=name)):
                continue
            case ast.Expr(value=ast.Constant(value=str(text))) if name:
                found[name] = inspect.cleandoc(text)
        name = ""
    return found
