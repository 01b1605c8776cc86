"""Two JSON Schemas as one that asks for what both ask for."""

from collections.abc import Callable
from math import lcm
from typing import Any

from azureml_emulator.json_sample.rules import JsonSchema, same


def merged(one: JsonSchema, other: JsonSchema) -> JsonSchema:
    """Put two schemas together.

    Of two patterns, formats, `not` and `contains` only the first is kept: whoever uses the result checks what comes
    out of it against both.
    """
    both: dict[str, Any] = {**other, **one}
    for name in one.keys() & other.keys():
        if name in _JOINED and not same(one[name], other[name]):
            both[name] = _JOINED[name](one[name], other[name])
    if both.get("type") == []:
        both["enum"] = []
    return both


def _types(one: Any, other: Any) -> list[str]:
    one, other = ([kinds] if isinstance(kinds, str) else kinds for kinds in (one, other))
    return [kind for kind in _widened(one) if kind in _widened(other)]


def _widened(kinds: list[str]) -> list[str]:
    return [*kinds, "integer"] if "number" in kinds and "integer" not in kinds else kinds


def _values(one: list[Any], other: list[Any]) -> list[Any]:
    return [value for value in one if any(same(value, another) for another in other)]


def _both(one: Any, other: Any) -> Any:
    return {"allOf": [one, other]}


def _by_name(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {**other, **{name: _both(one[name], other[name]) if name in other else one[name] for name in one}}


def _in_turn(one: list[Any], other: list[Any]) -> list[Any]:
    longer = one if len(one) > len(other) else other
    return [*map(_both, one, other), *longer[min(len(one), len(other)) :]]


def _multiple(one: Any, other: Any) -> Any:
    return lcm(one, other) if isinstance(one, int) and isinstance(other, int) else max(one, other)


_JOINED: dict[str, Callable[[Any, Any], Any]] = {
    "type": _types,
    "enum": _values,
    "required": lambda one, other: list(dict.fromkeys([*one, *other])),
    "multipleOf": _multiple,
    "prefixItems": _in_turn,
    **dict.fromkeys(("properties", "patternProperties"), _by_name),
    **dict.fromkeys(("items", "additionalProperties", "propertyNames"), _both),
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"), min),
}
