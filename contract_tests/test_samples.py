"""Requests as Microsoft's cards and examples have them: each model's shape takes them and answers in their form.

Every `*.json` below `samples/` is a list of samples. A sample has `source`, the public file whose structure it keeps
(the texts are our own), `models`, the catalog's names for which it holds, `request`, and, where one was published,
`response`. It may say `api_type` (dedicated unless said) and `path` (the shape's first unless said); for a container
that no model of the catalog stands for, `schema` names the shape in place of `models`.
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from azureml_emulator.api_type import API_TYPES
from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.model_catalog import shape_of
from azureml_emulator.schemas import all_schemas, find
from azureml_emulator.wire import Call, Reply

FILES = sorted(Path(__file__).with_name("samples").rglob("*.json"))
FIELDS = {"source", "models", "schema", "request", "response", "api_type", "path"}


def samples() -> Iterator[Any]:
    """Give each sample once for each of its models."""
    for file in FILES:
        for number, sample in enumerate(json.loads(file.read_text(encoding="utf-8"))):
            for model in sample.get("models", [""]):
                yield pytest.param(sample, model, id=f"{file.stem}-{number}-{model}")


SAMPLES = list(samples())
MODELS = sorted({(one.values[1], one.values[0].get("api_type", "dedicated")) for one in SAMPLES if one.values[1]})


def structure(value: Any) -> Any:
    """Give a JSON value's keys, nesting and types; a list by the different structures in it, not by its length."""
    match value:
        case dict():
            return {name: structure(one) for name, one in value.items()}
        case list():
            found = [structure(one) for one in value]
            return [one for at, one in enumerate(found) if one not in found[:at]]
        case bool() | None:
            return value if value is None else "boolean"
        case int() | float():
            return "number"
        case _:
            return "text"


def schema_of(sample: Any, model: str) -> Any:
    if not model:
        return find(sample["schema"])
    return shape_of(model, API_TYPES[sample.get("api_type", "dedicated")]).schema


def everyday() -> Iterator[Any]:
    """Give every sample; all but the first of each shape are `slow`."""
    known = set[str]()
    for one in SAMPLES:
        shape = schema_of(*one.values).name
        yield pytest.param(*one.values, id=one.id, marks=[pytest.mark.slow] if shape in known else [])
        known.add(shape)


def post(schema: Any, sample: Any, model: str) -> Reply:
    headers = {"authorization": f"Bearer {DEVELOPMENT_KEY}", "content-type": "application/json"}
    body = json.dumps(sample["request"]).encode()
    call = Call("POST", sample.get("path", schema.paths[0]), headers, body, 1_700_000_000.0, listener="one")
    return Engine([Endpoint("one", schema=schema, model=model)]).score(call)


@pytest.mark.parametrize(("sample", "model"), list(everyday()))
def test_a_sample_is_answered_in_its_form(sample, model):
    schema = schema_of(sample, model)
    reply = post(schema, sample, model)
    assert reply.status == 200, reply.body
    if schema.paths[0] == sample.get("path", schema.paths[0]):
        TypeAdapter(schema.response).validate_json(reply.body, strict=True)
    if "response" in sample:
        answer = json.loads(reply.body)
        assert structure(answer) == structure(sample["response"])
        assert not isinstance(answer, list) or len(answer) == len(sample["response"])


def fitting(model: str, api_type: str) -> list[str]:
    """Give the names of the shapes that a model could have."""
    kind = API_TYPES[api_type]
    return [
        schema.name
        for schema in all_schemas().values()
        if schema.api_type is kind and any(fnmatchcase(model.lower(), pattern.lower()) for pattern in schema.models)
    ]


def test_a_model_has_one_shape_whatever_is_matched_first():
    found = {(model, api_type): fitting(model, api_type) for model, api_type in MODELS}
    assert {model: names for model, names in found.items() if len(names) != 1} == {}


def test_samples_are_written_as_this_module_says():
    assert SAMPLES
    for one in SAMPLES:
        sample, model = one.values
        assert set(sample) <= FIELDS
        assert sample["source"]
        assert bool(model) != ("schema" in sample)
        assert sample.get("api_type", "dedicated") in API_TYPES


def test_structure_sees_keys_nesting_and_types():
    assert structure([{"a": 1.5}, {"a": 2}]) == [{"a": "number"}]
    assert structure({"a": [True, None, "x", "y"]}) == {"a": ["boolean", None, "text"]}
    assert structure([[]]) != structure([])
    assert structure({"a": 1}) != structure({"b": 1})
