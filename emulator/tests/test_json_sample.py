"""Values for JSON Schemas, judged by the `jsonschema` library."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from azureml_emulator.draw import Draw
from azureml_emulator.json_sample import sample
from azureml_emulator.json_sample.pattern import matching
from azureml_emulator.json_sample.rules import Schemas

DRAWS = [Draw.of(b"%d" % number) for number in range(8)]
TREE = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "value": {"type": "integer"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}, "minItems": 1},
                "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
            },
            "required": ["value", "next"],
            "additionalProperties": False,
        }
    },
}
PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 12},
        "age": {"type": "integer", "minimum": 0, "maximum": 130},
        "email": {"type": "string", "format": "email"},
        "tags": {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True, "minItems": 3},
    },
    "required": ["name", "age", "nickname"],
}
SATISFIABLE = {
    "nothing said": {},
    "types": {"type": ["null", "integer"]},
    "nested": PERSON,
    "tree": TREE,
    "old definitions": {"$ref": "#/definitions/n", "definitions": {"n": {"type": "number", "exclusiveMinimum": 0}}},
    "pointer escapes": {"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"const": {"x": [1, None]}}}},
    "enum narrowed": {"enum": [1, "a", None, 7], "type": "integer", "minimum": 5},
    "true is not 1": {"enum": [True, 1], "type": "boolean"},
    "whole between": {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
    "far below": {"type": "integer", "maximum": -1000},
    "tight": {"type": "number", "exclusiveMinimum": 0.1, "maximum": 0.1000001},
    "tenths": {"type": "number", "multipleOf": 0.1, "minimum": 0.25, "maximum": 5},
    "two steps": {"allOf": [{"multipleOf": 4}, {"multipleOf": 6}, {"minimum": 13}], "type": "integer"},
    "whole multiple of a fraction": {"type": "integer", "multipleOf": 2.5, "minimum": 1},
    "long": {"type": "string", "minLength": 300, "maxLength": 300},
    "empty text": {"type": "string", "maxLength": 0},
    "post code": {"type": "string", "pattern": "^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$"},
    "two patterns": {"allOf": [{"pattern": "^[a-c]+$"}, {"minLength": 4}], "type": "string", "maxLength": 9},
    "tuple": {
        "type": "array",
        "prefixItems": [{"type": "string"}, {"type": "boolean"}],
        "items": False,
        "minItems": 2,
    },
    "all four": {"type": "array", "items": {"enum": [1, 2, 3, 4]}, "minItems": 4, "uniqueItems": True},
    "contains": {"type": "array", "contains": {"const": 7}, "minContains": 2, "items": {"type": "integer"}},
    "any of": {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "array", "maxItems": 2}]},
    "one of": {"type": "integer", "oneOf": [{"multipleOf": 3}, {"multipleOf": 5}], "minimum": 1},
    "not": {"type": "string", "not": {"pattern": "e"}, "maxLength": 8},
    "closed by another": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False},
            {"properties": {"a": {"minimum": 3}, "b": {"type": "string"}}, "required": ["a"]},
        ]
    },
    "if then": {
        "type": "object",
        "properties": {"kind": {"enum": ["x", "y"]}},
        "required": ["kind"],
        "if": {"properties": {"kind": {"const": "x"}}},
        "then": {"required": ["size"], "properties": {"size": {"type": "integer"}}},
        "else": {"required": ["name"]},
    },
    "map": {"type": "object", "additionalProperties": {"type": "number"}, "minProperties": 2},
    "named by pattern": {
        "type": "object",
        "patternProperties": {"^x-[a-z]+$": {"type": "boolean"}},
        "additionalProperties": False,
        "minProperties": 2,
    },
    "names": {"type": "object", "propertyNames": {"pattern": "^[A-Z]{3}$"}, "minProperties": 3},
    "dependent": {
        "type": "object",
        "properties": {"card": {"type": "string"}},
        "required": ["card"],
        "dependentRequired": {"card": ["address"]},
    },
    "few": {"type": "object", "properties": {"a": {}, "b": {}, "c": {}}, "required": ["c"], "maxProperties": 1},
    "useless option": {"type": "object", "properties": {"a": {"enum": []}, "b": {"type": "null"}}},
    "only deeper": {
        "anyOf": [{"type": "object", "required": ["a"], "properties": {"a": {"enum": []}}}, {"const": 2}]
    },
    **{f"format {name}": {"type": "string", "format": name} for name in ("date-time", "duration", "ipv4", "uuid")},
}


@pytest.mark.parametrize("schema", SATISFIABLE.values(), ids=SATISFIABLE)
def test_value_is_valid(schema):
    Draft202012Validator.check_schema(schema)
    judge = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for draw in DRAWS:
        value = sample(schema, draw)
        judge.validate(value)
        assert json.dumps(value) == json.dumps(sample(schema, draw)), "not always the same"


IMPOSSIBLE = {
    "no value": ({"enum": []}, r"^\$: "),
    "false": ({"properties": {"a": False}, "required": ["a"]}, r"^\$\.a: "),
    "limits crossed": (
        {
            "properties": {"a": {"items": {"type": "integer", "minimum": 5, "maximum": 3}, "minItems": 1}},
            "required": ["a"],
        },
        r"^\$\.a\[0\]: the least value, 5, is above the greatest, 3",
    ),
    "types apart": ({"allOf": [{"type": "string"}, {"type": "null"}]}, r"^\$: no"),
    "endless value": ({"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}}, "nested deeper"),
    "circle": ({"$ref": "#"}, "without end|no end"),
    "circle in not": ({"not": {"$ref": "#"}}, "without end|no end"),
    "elsewhere": ({"$ref": "http://example.com/schema"}, "same schema"),
    "nowhere": ({"properties": {"a": {"$ref": "#/$defs/b"}}, "required": ["a"]}, r"^\$\.a: .*not there"),
    "look-around": ({"type": "string", "pattern": "^(?=x)y$"}, "pattern"),
    "no expression": ({"type": "string", "pattern": "["}, "no regular expression"),
    "no type": ({"type": "text"}, "'type' to be one of string"),
    "no list": ({"required": "a"}, "'required' to be a list"),
    "no schema": ({"properties": {"a": 3}, "required": ["a"]}, r"^\$\.a: expected a schema"),
    "not above 0": ({"type": "integer", "multipleOf": 0}, "above 0"),
    "too few different": ({"items": {"type": "boolean"}, "minItems": 3, "uniqueItems": True}, "in the list already"),
    "huge": ({"type": "string", "minLength": 10**9}, "more than"),
    "huge list": ({"type": "array", "minItems": 10**9}, r"\$"),
}


@pytest.mark.parametrize(("schema", "said"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_says_where(schema, said):
    with pytest.raises(ValueError, match=said):
        sample(schema, DRAWS[0])


@pytest.mark.slow
def test_explosion_ends():
    doubling = {f"a{n}": {"oneOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)}
    with pytest.raises(ValueError, match=r"too complicated|without end"):
        sample({"$ref": "#/$defs/a0", "$defs": {**doubling, "a40": {"type": "string"}}}, DRAWS[0])


@pytest.mark.parametrize(
    ("schema", "hints", "value"),
    [
        ({"properties": {"input": {"type": "integer"}}}, ["what is magic_function(3)?"], {"input": 3}),
        ({"properties": {"a": {"type": "integer"}, "b": {"type": "number"}}}, ["add 7 and 2.5"], {"a": 7, "b": 2.5}),
        ({"type": "integer", "maximum": 10}, ["I am 40, she is 9"], 9),
        ({"type": "integer"}, [{"rows": [12.0]}], 12),
        ({"type": "string"}, ["Look up 'rain gauge', please"], "rain gauge"),
        (
            {"properties": {"city": {"type": "string"}}},
            ["What's the weather in Rio Branco today?"],
            {"city": "Rio Branco"},
        ),
        ({"type": "string", "format": "email"}, ["write to ada@example.org."], "ada@example.org"),
        ({"type": "string", "format": "date"}, ["from 2024-02-11 on"], "2024-02-11"),
        ({"type": "string", "pattern": "^[A-Z]{3}$"}, ["from Oslo by SAS to LHR"], "SAS"),
        ({"enum": ["fahrenheit", "celsius"]}, ["in Celsius, not fahrenheit"], "celsius"),
        ({"type": "string", "default": "metric"}, [], "metric"),
        ({"type": "integer", "examples": ["no", 8]}, [], 8),
    ],
)
def test_hints_are_taken(schema, hints, value):
    assert sample(schema, DRAWS[0], hints) == value


def test_hint_is_used_once_and_given_back_by_a_failed_try():
    schema = {
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer", "minimum": 50}},
        "required": ["a", "b"],
    }
    assert sample(schema, DRAWS[0], ["3"])["a"] == 3
    assert sample(schema, DRAWS[0], ["3"])["b"] != 3
    either = {"anyOf": [{"prefixItems": [{"type": "integer"}, False], "minItems": 2}, {"type": "integer"}]}
    assert {sample(either, draw, ["3"]) for draw in DRAWS} == {3}


def test_other_draw_other_value():
    assert len({json.dumps(sample(PERSON, draw)) for draw in DRAWS}) > 5


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\d{3}-\d{4}$",
        r"(?:ab|c)+[^a-z]?",
        r"[\w.-]{2,}@x\.org",
        r"^(?P<a>a*)(b{2}|)\$$",
        r"\x41\u00e9\t[]a-]{3}",
        "^$",
    ],
)
def test_pattern_is_met(pattern):
    import re

    for draw in DRAWS:
        assert re.fullmatch(pattern, matching(pattern, draw))


NUMBERS = st.integers(-50, 50)
LEAVES = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("integer")},
        optional={"minimum": NUMBERS, "maximum": NUMBERS, "multipleOf": st.integers(1, 9)},
    ),
    st.fixed_dictionaries({"type": st.just("number")}, optional={"exclusiveMinimum": NUMBERS, "maximum": NUMBERS}),
    st.fixed_dictionaries(
        {"type": st.just("string")}, optional={"minLength": st.integers(0, 30), "maxLength": st.integers(0, 30)}
    ),
    st.fixed_dictionaries(
        {"enum": st.lists(st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=3)), max_size=4)}
    ),
    st.sampled_from(
        [
            {},
            True,
            False,
            {"type": "null"},
            {"type": ["boolean", "null"]},
            {"type": "string", "pattern": "^[a-z]{2,5}$"},
        ]
    ),
)
NAMES = st.sampled_from(["a", "b", "x-1"])


def wider(inner):
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("object")},
            optional={
                "properties": st.dictionaries(NAMES, inner, max_size=3),
                "required": st.lists(NAMES, unique=True),
                "additionalProperties": inner,
                "patternProperties": st.dictionaries(st.just("^x-"), inner),
                "minProperties": st.integers(0, 4),
                "maxProperties": st.integers(0, 4),
            },
        ),
        st.fixed_dictionaries(
            {"type": st.just("array")},
            optional={
                "items": inner,
                "prefixItems": several,
                "minItems": st.integers(0, 4),
                "maxItems": st.integers(0, 4),
                "uniqueItems": st.booleans(),
                "contains": inner,
            },
        ),
        st.dictionaries(st.sampled_from(["allOf", "anyOf", "oneOf"]), several, min_size=1, max_size=2),
        st.builds(lambda one: {"not": one}, inner),
        st.builds(lambda one, two, three: {"if": one, "then": two, "else": three}, inner, inner, inner),
    )


SCHEMAS = st.recursive(LEAVES, wider, max_leaves=6).filter(lambda one: isinstance(one, dict))


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(SCHEMAS)
def test_built_schemas(schema):
    try:
        value = sample(schema, DRAWS[0])
    except ValueError as error:
        said = str(error)
        assert said.startswith("$")
    else:
        Draft202012Validator(schema).validate(value)


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.just(0.5), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=5,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(SCHEMAS, VALUES)
def test_own_judgement_is_that_of_the_library(schema, value):
    assert Schemas(schema).fits(schema, value) == Draft202012Validator(schema).is_valid(value)
