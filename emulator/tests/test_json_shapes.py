"""Shapes of one's own: from schemas, from examples, from files; requests judged, answers valid."""

import json
import sys

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

import azureml_emulator
from azureml_emulator import config
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError, WrongShape
from azureml_emulator.json_shapes import SETTING, json_shape, of_setting
from azureml_emulator.json_shapes.description import described

ASKED = {
    "type": "object",
    "properties": {"rows": {"type": "array", "items": {"type": "integer"}}},
    "required": ["rows"],
}
ANSWERED = {
    "type": "object",
    "properties": {"class": {"enum": ["spam", "ham"]}, "score": {"type": "number", "minimum": 0, "maximum": 1}},
    "required": ["class", "score"],
}


@pytest.fixture
def answer(make_call):
    def call(schema, body, status=200, **settings):
        reply = Engine([Endpoint("one", schema=schema, **settings)]).score(
            make_call(body, path=schema.paths[0], listener="one")
        )
        assert reply.status == status, reply.body
        return json.loads(reply.body)

    return call


def fixed(text):
    return {"answer": {"type": "fixed", "text": text}}


@pytest.mark.parametrize(
    ("example", "good", "bad"),
    [
        ({"a": 1, "b": "x"}, [{"a": 0.5, "b": "", "c": 1}], [{"a": 1}, {"a": "1", "b": "x"}, [1]]),
        ([1, 2.5], [[], [3]], [["x"], 5, [None]]),
        ([1, "x", True], [["y", False, 2]], [[None], [[]]]),
        ({"a": None, "b": []}, [{"a": 5, "b": [1, "x"]}], [{"a": 5}, {"a": 5, "b": {}}]),
        ([{"a": 1}, {"b": 2}], [[{"a": 0}, {"b": 0}]], [[{"c": 1}]]),
        ([{"a": 1}, None], [[5]], [{}]),
        (True, [False], [1, "true"]),
    ],
    ids=repr,
)
def test_an_example_is_described(example, good, bad):
    schema = described(example)
    Draft202012Validator.check_schema(schema)
    judge = Draft202012Validator(schema)
    assert all(judge.is_valid(one) for one in [example, *good])
    assert not any(judge.is_valid(one) for one in bad)


def test_each_violation_is_named(answer):
    schema = json_shape(request=ASKED, response_example=[1])
    with pytest.raises(WrongShape) as refused:
        schema.parse({"rows": [1, "x", 2, None]})
    assert refused.value.message == "rows[1]: 'x' is not of type 'integer'; rows[3]: None is not of type 'integer'"
    assert [one["loc"] for one in refused.value.details] == [["body", "rows", 1], ["body", "rows", 3]]
    assert answer(schema, {}, 424)["message"] == "body: 'rows' is a required property"


def test_nothing_endless_is_said_of_a_large_body():
    with pytest.raises(WrongShape) as refused:
        json_shape(request=ASKED, response_example=[1]).parse({"rows": ["x" * 10_000] * 1000})
    assert len(refused.value.message) < 10_000


def test_a_deep_body_is_refused_not_crashed_upon():
    deep = {"x": 1}
    for _ in range(190):
        deep = {"in": deep}
    schema = {
        "$ref": "#/$defs/a",
        "$defs": {
            "a": {"anyOf": [{"required": ["in"], "properties": {"in": {"$ref": "#/$defs/a"}}}, {"type": "null"}]}
        },
    }
    with pytest.raises(WrongShape):
        json_shape(request={"allOf": [schema | {"$ref": "#/allOf/0/$defs/a"}]} | schema, response_example=[1]).parse(
            deep
        )


def test_made_up_answers_are_valid_the_same_again_and_differ(answer):
    schema = json_shape(request=ASKED, response=ANSWERED)
    found = [answer(schema, {"rows": [number]}) for number in range(12)]
    judge = Draft202012Validator(ANSWERED)
    for one in found:
        judge.validate(one)
    assert found == [answer(schema, {"rows": [number]}) for number in range(12)]
    assert len({one["score"] for one in found}) == 12
    assert {one["class"] for one in found} == {"spam", "ham"}


def test_the_request_suggests_the_answer(answer):
    schema = json_shape(request_example={"mail": "x"}, response=ANSWERED)
    assert {answer(schema, {"mail": f"this is {kind}!"})["class"] for kind in ["spam"] * 3} == {"spam"}


def test_an_example_is_the_answer(answer):
    schema = json_shape(request_example={"rows": [1]}, response_example={"class": "a", "other": "b", "n": [1, None]})
    assert schema.speaks is False
    assert answer(schema, {"rows": [5, 6]}) == {"class": "a", "other": "b", "n": [1, None]}


def test_the_answer_source_speaks_where_there_is_one_text(answer):
    schema = json_shape(request_example={"q": "x", "n": 1}, response_example={"said": ["example"], "n": 1})
    assert schema.speaks is True
    assert answer(schema, {"q": "hello", "n": 2}) == {"said": ["hello"], "n": 1}
    assert answer(schema, {"q": "hello", "n": 2}, **fixed("so")) == {"said": ["so"], "n": 1}
    free = json_shape(
        request_example={"q": "x"}, response={"type": "object", "properties": {"a": {"type": "string"}}}
    )
    assert answer(free, {"q": "hello"}) == {"a": "hello"}


def test_the_answer_source_does_not_break_the_schema(answer):
    schema = json_shape(request=ASKED, response=ANSWERED)
    assert answer(schema, {"rows": [1]}, **fixed("ham"))["class"] == "ham"
    assert answer(schema, {"rows": [1]}, **fixed("eggs"))["class"] != "eggs"


def test_the_answer_source_can_say_it_all(answer):
    schema = json_shape(request=ASKED, response=ANSWERED)
    whole = {"class": "ham", "score": 0.25}
    assert answer(schema, {"rows": [1]}, **fixed(json.dumps(whole))) == whole
    assert answer(schema, {"rows": [1]}, **fixed('{"class": "eggs", "score": 1}'))["class"] != "eggs"
    asked = answer(
        schema, {"rows": [1, 2]}, answer=lambda prompt, given: json.dumps({**whole, "score": 1 / sum(given["rows"])})
    )
    assert asked["score"] == 1 / 3


@pytest.mark.parametrize("body", [[1, 2], "text", 5, None, {"a": "x", "b": "y"}])
def test_any_json_is_a_prompt(body, answer):
    schema = json_shape(request={}, response_example=[0])
    [prompt] = schema.parse(body).prompts
    assert prompt.text == (body if isinstance(body, str) else json.dumps(body))
    assert answer(schema, body) in ([0], body)


def test_files_are_read_from_the_working_directory(tmp_path, monkeypatch, answer):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "request.json").write_text(json.dumps(ASKED), encoding="utf-8")
    (tmp_path / "answer.yml").write_text("n: [1.5]\nday: '2024-02-11'\n", encoding="utf-8")
    schema = json_shape(request="request.json", response_example="answer.yml", path="/predict")
    assert schema.paths == ("/predict",)
    assert answer(schema, {"rows": [1]}, **fixed("soon")) == {"n": [1.5], "day": "soon"}
    with pytest.raises(WrongShape):
        schema.parse({})


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({}, "expected 'request', a JSON Schema, or 'request_example'"),
        ({"request": ASKED}, "expected 'response', a JSON Schema, or 'response_example'"),
        ({"reqest": ASKED}, "unknown setting 'reqest' (did you mean 'request'?)"),
        ({"type": "xml"}, "not type 'xml'"),
        ({"request": {"type": "text"}, "response": ANSWERED}, "request: no JSON Schema: $.type: 'text'"),
        ({"request": ASKED, "response": [1]}, "response: expected a JSON Schema, an object"),
        ({"request": ASKED, "response": {"enum": []}}, "response: $: no"),
        ({"request": "none.json", "response": ANSWERED}, "request: cannot read none.json: No such file"),
        (
            {"request": ASKED, "request_example": {"rows": ["x"]}},
            "request_example: not valid under 'request': rows[0]",
        ),
        ({"request": {"$ref": "http://127.0.0.1:9/a"}}, "only references within the same schema are followed"),
        ({"request": {"$ref": "#/$defs/a"}}, "request: '$ref' points to '#/$defs/a', which is not there"),
        ({"request_example": {"day": {1}}, "response": ANSWERED}, "request_example: expected JSON"),
        (
            {"request": ASKED, "response": ANSWERED, "path": "predict"},
            "path: expected a path that starts with a slash",
        ),
    ],
    ids=repr,
)
def test_a_wrong_setting_is_refused(setting, said):
    with pytest.raises(ValueError) as refused:  # noqa: PT011  what it says is compared below
        of_setting({"type": "json", **setting})
    assert said in str(refused.value)


def test_a_broken_file_is_refused(tmp_path):
    (tmp_path / "broken.yml").write_text("a: [1", encoding="utf-8")
    with pytest.raises(ValueError, match=r"request: .*broken\.yml:\d"):
        json_shape(request=str(tmp_path / "broken.yml"), response=ANSWERED)


def test_configured_as_a_mapping():
    document = {"endpoints": [{"name": "mine", "schema": {"type": "json", "request": ASKED, "response": ANSWERED}}]}
    [endpoint] = config.check(document).endpoints
    assert endpoint.schema.name == "json"
    document["endpoints"][0]["schema"]["request"] = 5
    with pytest.raises(ConfigError, match=r"endpoints\[0\]\.schema: request: expected a JSON Schema"):
        config.check(document)
    document["endpoints"][0]["schema"] = "json"
    with pytest.raises(ConfigError, match=r"expected settings, such as \{type: json"):
        config.check(document)


def test_the_setting_is_described_for_editors():
    judge = Draft202012Validator(config.json_schema())
    good = {"type": "json", "request": ASKED, "response_example": [1], "path": "/a"}
    for schema, valid in ((good, True), ("gpt2", True), ({"type": "jsn"}, False), ({**good, "reqest": 1}, False)):
        assert judge.is_valid({"endpoints": [{"name": "mine", "schema": schema}]}) is valid
    assert {*SETTING["properties"]} - {"type"} == {*json_shape.__kwdefaults__}


def test_its_types_describe_themselves():
    schema = json_shape(
        request=ASKED, response={"$ref": "#/$defs/a", "$defs": {"a": {"type": "integer"}}, "title": "A"}
    )
    assert TypeAdapter(schema.request).json_schema() == ASKED
    assert TypeAdapter(schema.response).json_schema() == {"title": "A"}


def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(ValueError, match=r"pip install 'azureml-emulator\[json\]'"):
        json_shape(request=ASKED, response=ANSWERED)


def test_it_is_at_hand():
    assert azureml_emulator.json_shape is json_shape
