"""Any settings that a member of a family takes, made up from the JSON Schema that a configuration is held to."""

from functools import cache

from hypothesis import strategies as st
from pydantic import TypeAdapter

from emulator.tests.damage import ODD_TEXTS

TEXTS = st.text(max_size=8) | st.sampled_from(ODD_TEXTS)
SHORTEST, LONGEST = 0, 5
"""What lengths of time, in milliseconds, are tried: nobody waits for them."""


def members(family, but=()):
    """Any member with any settings, as a configuration has them."""
    return st.sampled_from([one for one in family.members().values() if one.kind not in but]).flatmap(settings_of)


@cache
def settings_of(member):
    """Any settings of one member."""
    described = TypeAdapter(member).json_schema()
    return _value(described, described.get("$defs", {})).map(lambda given: {**given, "type": member.kind})


def _object(described, within):
    given = {
        name: _duration(one) if name == "ms" or name.endswith("_ms") else _value(one, within)
        for name, one in described["properties"].items()
    }
    needed = {name: given.pop(name) for name in described.get("required", ())}
    return st.fixed_dictionaries(needed, optional=given)


def _duration(described):
    return st.floats(max(SHORTEST, described.get("minimum", SHORTEST)), LONGEST)


def _value(described, within):
    """Any value that a JSON Schema describes; what it does not limit, stays small."""
    if "$ref" in described:
        return _value(within[described["$ref"].rpartition("/")[2]], within)
    if "anyOf" in described:
        return st.one_of([_value(one, within) for one in described["anyOf"]])
    if "enum" in described or "const" in described:
        return st.sampled_from(described.get("enum", [described.get("const")]))
    if described["type"] == "object":
        return _object(described, within)
    if described["type"] == "array":
        return st.lists(_value(described["items"], within), max_size=3)
    least, most = described.get("minimum", -20), described.get("maximum", described.get("exclusiveMaximum", 600))
    return {
        "integer": st.integers(least, most),
        "number": st.floats(least, most, exclude_max="exclusiveMaximum" in described),
        "boolean": st.booleans(),
        "string": TEXTS,
        "null": st.none(),
    }[described["type"]]
