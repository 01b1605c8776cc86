import pytest

from azureml_emulator.dialect import openapi3, schema_of, swagger2


@pytest.mark.parametrize(
    ("newest", "openapi", "swagger"),
    [
        ({"const": "a"}, {"enum": ["a"]}, {"enum": ["a"]}),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}], "default": "x"},
            {"type": "string", "nullable": True, "default": "x"},
            {"type": "string", "x-nullable": True, "default": "x"},
        ),
        (
            {"anyOf": [{"enum": ["a"], "type": "string"}, {"type": "null"}]},
            {"enum": ["a", None], "type": "string", "nullable": True},
            {"enum": ["a", None], "type": "string", "x-nullable": True},
        ),
        (
            {"type": ["integer", "null"]},
            {"type": "integer", "nullable": True},
            {"type": "integer", "x-nullable": True},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "number"}]},
            {"anyOf": [{"type": "string"}, {"type": "number"}]},
            {},
        ),
        (
            {"type": "number", "exclusiveMinimum": 0},
            {"type": "number", "minimum": 0, "exclusiveMinimum": True},
            {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        ),
        (
            {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False},
            {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
            {"type": "array", "items": {}},
        ),
        ({"type": "array"}, {"type": "array", "items": {}}, {"type": "array", "items": {}}),
        (
            {"type": "object", "patternProperties": {"^x": {}}, "additionalProperties": False},
            {"type": "object", "additionalProperties": True},
            {"type": "object", "additionalProperties": True},
        ),
        (
            {"type": "object", "properties": {"nullable": True, "const": {"const": 1}}},
            {"type": "object", "properties": {"nullable": {}, "const": {"enum": [1]}}},
            {"type": "object", "properties": {"nullable": {}, "const": {"enum": [1]}}},
        ),
        ({"examples": [1, 2], "$comment": "x", "if": {}}, {"example": 1}, {"example": 1}),
    ],
)
def test_older_versions_say_it_in_their_words_or_leave_it_open(newest, openapi, swagger):
    assert openapi3(newest) == openapi
    assert swagger2(newest) == swagger


def test_null_among_several_choices_stays_one_of_them():
    choices = openapi3({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]})["anyOf"]
    assert choices[2] == {"type": "string", "nullable": True, "enum": [None]}


def test_references_are_put_in_place_and_what_is_inside_itself_is_left_open():
    from pydantic import BaseModel

    class Leaf(BaseModel):
        """A remark."""

        title: str

    class Tree(BaseModel):
        leaf: Leaf
        trees: list["Tree"] = []

    found = schema_of(Tree)
    leaf = {"properties": {"title": {"type": "string"}}, "required": ["title"], "type": "object"}
    assert found["properties"]["leaf"] == leaf
    assert "$ref" not in str(found)
    assert "$defs" not in found
