"""JSON Schema as the versions of OpenAPI know it: pydantic writes the newest, older ones can say less."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

JsonSchema = dict[str, Any]
Dialect = Callable[[JsonSchema], JsonSchema]

_ONE = ("items", "additionalProperties", "not")
_LISTS = ("anyOf", "oneOf", "allOf")
_OLD = frozenset(
    (
        *("type", "format", "title", "description", "default", "enum", "example", "properties", "required"),
        *("items", "additionalProperties", "allOf", "anyOf", "oneOf", "not", "nullable", "uniqueItems", "pattern"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    )
)
"""What OpenAPI 3.0 can say of a value."""

_NOTHING: JsonSchema = {"type": "string", "nullable": True, "enum": [None]}


class _Untitled(GenerateJsonSchema):
    """Says nothing of defaults that JSON cannot say."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}


def schema_of(kind: Any, mode: JsonSchemaMode = "validation") -> JsonSchema:
    """Give the JSON Schema (2020-12) of a pydantic type, whole: references are put in place, remarks left out."""
    found = TypeAdapter(kind).json_schema(mode=mode, schema_generator=_Untitled)
    inlined: JsonSchema = _inlined(found, found.get("$defs", {}), ())
    return inlined


def _inlined(found: Any, known: Mapping[str, Any], within: tuple[str, ...]) -> Any:
    """Put definitions in place of references; one inside itself can be anything from the second time on."""
    if isinstance(found, list):
        return [_inlined(one, known, within) for one in found]
    if not isinstance(found, dict):
        return found
    if isinstance(found.get("$ref"), str):
        name = found["$ref"].rpartition("/")[2]
        if name in within:
            return {}
        beside = {word: value for word, value in found.items() if word != "$ref"}
        return {**_inlined(known[name], known, (*within, name)), **_inlined(beside, known, within)}
    return {
        word: value if word in ("enum", "const", "default", "examples") else _inlined(value, known, within)
        for word, value in found.items()
        if word not in ("$defs", "discriminator")
        and not (word in ("title", "description") and isinstance(value, str))
        and not (word == "default" and value is None)
    }


def newest(found: JsonSchema) -> JsonSchema:
    """OpenAPI 3.1 speaks JSON Schema 2020-12 itself."""
    return found


def openapi3(found: Any) -> JsonSchema:
    """Say it in OpenAPI 3.0; what cannot be said is left open, never made narrower."""
    if isinstance(found, bool):
        return {} if found else {"not": {}}
    said: JsonSchema = {word: value for word, value in _restated(found).items() if word in _OLD}
    for word in _ONE:
        if isinstance(said.get(word), dict):
            said[word] = openapi3(said[word])
    for word in _LISTS:
        if word in said:
            said[word] = [openapi3(one) for one in said[word]]
    if "properties" in said:
        said["properties"] = {name: openapi3(one) for name, one in said["properties"].items()}
    return _nullable(said)


def _restated(found: JsonSchema) -> JsonSchema:
    """Replace the words that came after OpenAPI 3.0 by older ones."""
    said = dict(found)
    if "const" in said:
        said["enum"] = [said.pop("const")]
    if isinstance(said.get("type"), list):
        said = {"anyOf": [{**said, "type": kind} for kind in said["type"]]}
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(said.get(word), int | float) and not isinstance(said[word], bool):
            said[bound], said[word] = said[word], True
    if "prefixItems" in said:
        rest = said.get("items", {})
        each = said["prefixItems"] + ([rest] if isinstance(rest, dict) else [])
        said["items"] = {} if {} in each else {"anyOf": [one for i, one in enumerate(each) if one not in each[:i]]}
    if said.get("type") == "array":
        said.setdefault("items", {})
    if "patternProperties" in said and "additionalProperties" in said:
        said["additionalProperties"] = True
    if said.get("examples"):
        said["example"] = said["examples"][0]
    return said


def _nullable(said: JsonSchema) -> JsonSchema:
    """Say by `nullable` what `null` among the choices says."""
    if said.get("type") == "null":
        return dict(_NOTHING)
    if None in said.get("enum", ()) and "type" not in said:
        others = {"enum": [one for one in said["enum"] if one is not None]}
        return {**said, **_NOTHING} if not others["enum"] else {"anyOf": [others, _NOTHING]}
    for word in ("anyOf", "oneOf"):
        choices = said.get(word, [])
        others_: list[JsonSchema] = [one for one in choices if one != _NOTHING]
        if len(others_) < len(choices) and len(others_) == 1 and "type" in others_[0]:
            rest = {name: value for name, value in said.items() if name != word}
            only = {**others_[0], "nullable": True}
            if "enum" in only:
                only["enum"] = list(dict.fromkeys([*only["enum"], None]))
            return {**only, **rest}
    return said


def swagger2(found: Any) -> JsonSchema:
    """Say it in Swagger 2.0, which knows neither choices nor null."""
    return _narrow(openapi3(found))


def _narrow(said: JsonSchema) -> JsonSchema:
    kept = {word: value for word, value in said.items() if word not in ("anyOf", "oneOf", "not", "nullable")}
    if said.get("nullable"):
        kept["x-nullable"] = True
    for word in _ONE:
        if isinstance(kept.get(word), dict):
            kept[word] = _narrow(kept[word])
    if "allOf" in kept:
        kept["allOf"] = [_narrow(one) for one in kept["allOf"]]
    if "properties" in kept:
        kept["properties"] = {name: _narrow(one) for name, one in kept["properties"].items()}
    return kept
