"""A JSON Schema without a library: where its references lead, and whether a value is valid under it.

It knows the keywords of drafts 2019-09 and 2020-12 that say something about values, but for `unevaluatedItems`,
`unevaluatedProperties` and `$dynamicRef`. What it does not know it passes over, as JSON Schema asks.
"""

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from azureml_emulator.json_sample.automaton import automaton

JsonSchema = Mapping[str, Any]

TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")
_STEPS = 100_000
_DEEPEST = 100

_FORMS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("properties", "patternProperties", "dependentRequired", "dependentSchemas"), (dict,)),
    **dict.fromkeys(("enum", "required", "allOf", "anyOf", "oneOf", "prefixItems"), (list,)),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), (int, float)),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), (int,)),
    **dict.fromkeys(("minProperties", "maxProperties", "minContains", "maxContains"), (int,)),
    **dict.fromkeys(("pattern", "format", "$ref"), (str,)),
    **dict.fromkeys(("additionalProperties", "propertyNames", "contains", "not", "if", "then", "else"), (dict, bool)),
    "items": (dict, bool, list),
    "type": (str, list),
}

FORMATS = {
    "date": r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])",
    "time": r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    "date-time": r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?"
    r"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    "duration": r"P(?:\d+D)?(?:T\d+[HMS])?(?<=\w\w)",
    "email": r"[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
    "hostname": r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*",
    "ipv4": r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}",
    "ipv6": r"(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}",
    "uri": r"[a-z][a-z0-9+.-]*://[^\s/?#]+[^\s]*",
    "uri-reference": r"[^\s\\]+",
    "uuid": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "json-pointer": r"(?:/[^/~]*)*",
}
"""What a text of each known format looks like; stricter than need be: no 29th of any month."""


def is_a(kind: Any, value: Any) -> bool:
    """Tell whether a value is of a type of JSON Schema: true is no number, 1.0 is an integer."""
    match value:
        case bool():
            return bool(kind == "boolean")
        case int() | float():
            return kind == "number" or (kind == "integer" and (isinstance(value, int) or value.is_integer()))
        case str():
            return bool(kind == "string")
        case None:
            return bool(kind == "null")
        case dict():
            return bool(kind == "object")
    return bool(kind == "array" and isinstance(value, list))


def same(one: Any, other: Any) -> bool:
    """Compare as JSON does: 1 equals 1.0, but not true."""
    if one is other:
        return True
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    return bool(one == other)


def is_multiple(value: float, of: float) -> bool:
    """Divide as the `jsonschema` library does, so that both agree about 0.3 and 0.1."""
    if isinstance(value, int) and isinstance(of, int):
        return value % of == 0
    try:
        quotient = value / of
    except OverflowError:
        return False
    return quotient == int(quotient) if abs(quotient) < 1e300 else False


class Malformed(ValueError):
    """A schema that is none, or that asks for what is not supported; `at` names the place once that is known."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.place = ""

    def at(self, place: str) -> "Malformed":
        """Note the place, if none is noted yet."""
        self.place = self.place or place
        return self

    def __str__(self) -> str:
        return f"{self.place}: {self.args[0]}" if self.place else str(self.args[0])


class Schemas:
    """A schema with all that it refers to. Every method raises `Malformed` for a schema that is none."""

    def __init__(self, root: JsonSchema) -> None:
        self.root = root
        self._steps = 0
        self._checked: dict[int, JsonSchema] = {}

    def step(self) -> None:
        """Count some work. Raises `Malformed` when it is too much, as it is for a schema that never ends."""
        self._steps += 1
        if self._steps > _STEPS:
            raise Malformed("the schema is too complicated, or has no end")

    def checked(self, schema: Any) -> JsonSchema:
        """Give the schema if its keywords have values of the right form; true and false are schemas, too."""
        self.step()
        if id(schema) in self._checked:
            return self._checked[id(schema)]
        if isinstance(schema, bool):
            return {} if schema else {"enum": []}
        if not isinstance(schema, Mapping):
            raise Malformed(f"expected a schema, an object, not {schema!r:.40}")
        _check_form(schema)
        _check_meaning(schema)
        self._checked[id(schema)] = schema  # is kept, so that no other one gets its id
        return schema

    def target(self, reference: str) -> Any:
        """Give what a `$ref` points to: `#`, or a JSON pointer such as `#/$defs/node`."""
        found: Any = self.root
        start, *steps = reference.split("/")
        if start != "#":
            raise Malformed(f"expected '$ref' to point into the same schema, such as #/$defs/name, not {reference!r}")
        for step in steps:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, Mapping) and name in found:
                found = found[name]
            elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
                found = found[int(name)]
            else:
                raise Malformed(f"'$ref' points to {reference!r}, which is not there")
        return found

    def fits(self, schema: Any, value: Any, depth: int = 0) -> bool:
        """Tell whether a value is valid."""
        if depth > _DEEPEST:
            raise Malformed("the schema refers to itself without end")
        rules = self.checked(schema)

        def fit(other: Any, inner: Any = value) -> bool:
            return self.fits(other, inner, depth + 1)

        kinds = rules.get("type", TYPES)
        if not any(is_a(kind, value) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
            return False
        if "enum" in rules and not any(same(value, one) for one in rules["enum"]):
            return False
        if "const" in rules and not same(value, rules["const"]):
            return False
        parts = (
            _fits_combined(rules, fit, self),
            not isinstance(value, int | float) or isinstance(value, bool) or _fits_number(rules, value),
            not isinstance(value, str) or _fits_text(rules, value),
        )
        return all(parts) and (
            (not isinstance(value, list) or _fits_array(rules, value, fit))
            and (not isinstance(value, dict) or _fits_object(rules, value, fit))
        )


_WORDS = {dict: "an object", list: "a list", int: "a number", float: "a number", str: "a text", bool: "true or false"}


def _check_form(schema: JsonSchema) -> None:
    for name, value in schema.items():
        form = _FORMS.get(name)
        if isinstance(value, float) and not isfinite(value):
            raise Malformed(f"expected {name!r} to be a finite number, not {value}")
        if form and (not isinstance(value, form) or (isinstance(value, bool) and bool not in form)):
            expected = " or ".join(_WORDS[one] for one in form)
            raise Malformed(f"expected {name!r} to be {expected}, not {value!r:.40}")


def _check_meaning(schema: JsonSchema) -> None:
    for names in (schema.get("required", ()), *schema.get("dependentRequired", {}).values()):
        if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
            raise Malformed(f"expected names of properties, not {names!r:.40}")
    if schema.get("multipleOf", 1) <= 0:
        raise Malformed("expected 'multipleOf' to be above 0")
    kinds = schema.get("type", [])
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind not in TYPES:
            raise Malformed(f"expected 'type' to be one of {', '.join(TYPES)}, not {kind!r:.40}")


def _fits_combined(rules: JsonSchema, fit: Any, schemas: Schemas) -> bool:
    return (
        ("$ref" not in rules or fit(schemas.target(rules["$ref"])))
        and all(fit(one) for one in rules.get("allOf", ()))
        and ("anyOf" not in rules or any(fit(one) for one in rules["anyOf"]))
        and ("oneOf" not in rules or sum(fit(one) for one in rules["oneOf"]) == 1)
        and ("not" not in rules or not fit(rules["not"]))
        and ("if" not in rules or fit(rules.get("then" if fit(rules["if"]) else "else", True)))
    )


def _fits_number(rules: JsonSchema, value: float) -> bool:
    return (
        value == value  # noqa: PLR0124  NaN is not
        and value >= rules.get("minimum", value)
        and value <= rules.get("maximum", value)
        and ("exclusiveMinimum" not in rules or value > rules["exclusiveMinimum"])
        and ("exclusiveMaximum" not in rules or value < rules["exclusiveMaximum"])
        and ("multipleOf" not in rules or is_multiple(value, rules["multipleOf"]))
    )


def _fits_text(rules: JsonSchema, value: str) -> bool:
    return (
        rules.get("minLength", 0) <= len(value) <= rules.get("maxLength", len(value))
        and ("pattern" not in rules or matches(rules["pattern"], value))
        and ("format" not in rules or re.fullmatch(FORMATS.get(rules["format"], "(?s:.*)"), value) is not None)
    )


def matches(pattern: str, text: str = "") -> bool:
    """Look for a pattern in a text. Raises `Malformed` for what is no pattern, and for one that is not supported."""
    try:
        return automaton(pattern).search(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise Malformed(f"'pattern' {pattern!r:.60} is no regular expression: {error}") from None


def _fits_array(rules: JsonSchema, value: Sequence[Any], fit: Any) -> bool:
    first = rules.get("prefixItems", ())
    rest = rules.get("items", True)
    if isinstance(rest, list):
        first, rest = rest, rules.get("additionalItems", True)
    matching = sum(fit(rules["contains"], one) for one in value) if "contains" in rules else 0
    return (
        rules.get("minItems", 0) <= len(value) <= rules.get("maxItems", len(value))
        and all(map(fit, first, value))
        and all(fit(rest, one) for one in value[len(first) :])
        and ("contains" not in rules or matching >= rules.get("minContains", 1))
        and ("contains" not in rules or matching <= rules.get("maxContains", matching))
        and (rules.get("uniqueItems") is not True or not _repeats(value))
    )


def _repeats(values: Sequence[Any]) -> bool:
    return any(same(one, other) for at, one in enumerate(values) for other in values[:at])


def property_schemas(rules: JsonSchema, name: str) -> list[Any]:
    """Give every schema that holds for the property of this name."""
    found = [rules["properties"][name]] if name in rules.get("properties", ()) else []
    patterns = rules.get("patternProperties", {})
    found += [one for pattern, one in patterns.items() if matches(pattern, name)]
    return found or [rules.get("additionalProperties", True)]


def _fits_object(rules: JsonSchema, value: Mapping[str, Any], fit: Any) -> bool:
    dependent = rules.get("dependentRequired", {})
    return (
        rules.get("minProperties", 0) <= len(value) <= rules.get("maxProperties", len(value))
        and all(name in value for name in rules.get("required", ()))
        and all(fit(one, inner) for name, inner in value.items() for one in property_schemas(rules, name))
        and ("propertyNames" not in rules or all(fit(rules["propertyNames"], name) for name in value))
        and all(other in value for name in dependent if name in value for other in dependent[name])
        and all(fit(one, value) for name, one in rules.get("dependentSchemas", {}).items() if name in value)
    )
