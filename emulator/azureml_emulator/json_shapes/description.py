"""A JSON Schema for values like an example."""

from typing import Any


def described(example: Any) -> dict[str, Any]:
    """Describe an example: types, and the keys of objects, all of them required.

    Further keys are allowed, any number may stand in the place of one, and null or an empty list says nothing. The
    items of a list are all alike, or each like one of the example's.
    """
    if isinstance(example, dict):
        properties = {name: described(value) for name, value in example.items()}
        return {"type": "object", "properties": properties, "required": list(example)}
    if isinstance(example, list):
        return {"type": "array", "items": _one_of([described(item) for item in example])}
    for kind, name in ((bool, "boolean"), (int | float, "number"), (str, "string")):
        if isinstance(example, kind):
            return {"type": name}
    return {}


def _one_of(descriptions: list[dict[str, Any]]) -> dict[str, Any]:
    different = [one for at, one in enumerate(descriptions) if one not in descriptions[:at]]
    if not different or {} in different:
        return {}
    return different[0] if len(different) == 1 else {"anyOf": different}
