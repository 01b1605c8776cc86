"""What settings are for: the docstrings below them, read when somebody wants a JSON Schema and not before.

pydantic can read them itself, of each class as soon as it is made (`use_attribute_docstrings`); that took a sixth of
the time in which the emulator starts.
"""

import ast
import inspect
import textwrap
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
        found |= _own(one)
    return found


def _own(kind: type) -> dict[str, str]:
    try:
        source = inspect.getsource(kind)
    except (OSError, TypeError):
        return {}
    found, name = {}, ""
    body = ast.parse(textwrap.dedent(source)).body[0]
    for one in body.body if isinstance(body, ast.ClassDef) else ():
        match one:
            case ast.AnnAssign(target=ast.Name(id=name)):
                continue
            case ast.Expr(value=ast.Constant(value=str(text))) if name:
                found[name] = inspect.cleandoc(text)
        name = ""
    return found
