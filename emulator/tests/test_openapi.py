"""The documents that containers hand out: valid, true of what they describe, with examples that are accepted."""

import json

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from azureml_emulator.endpoint import Endpoint, built_in
from azureml_emulator.engine import Engine
from azureml_emulator.schemas import all_schemas
from emulator.tests.kinds import first_of_each_kind

ENGINE = Engine(built_in())
DESCRIBED = [
    pytest.param(schema, id=name) for name, schema in all_schemas().items() if "/swagger.json" in schema.server.pages
]
VERSIONS = {"2": ("swagger", "2.0"), "3": ("openapi", "3.0.3"), "3.1": ("openapi", "3.1.0")}


def served(make_call, name, version="3.1", **settings):
    engine = Engine([Endpoint(name, schema=name, **settings)]) if settings else ENGINE
    call = make_call(b"", method="GET", path="/swagger.json", listener=name)
    reply = engine.score(call._replace(query=f"version={version}"))
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("schema", DESCRIBED)
def test_every_shape_is_described_in_a_valid_document(make_call, schema, version):
    found = served(make_call, schema.name, version)
    key, value = VERSIONS[version if schema.server.name == "azmlinfsrv" else "3.1"]
    assert found[key] == value
    validate(found)
    assert set(schema.paths) <= set(found["paths"])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_document_is_valid(make_call, version):
    validate(served(make_call, "gpt2", version))


@pytest.mark.parametrize("schema", first_of_each_kind(one.values[0] for one in DESCRIBED))
def test_examples_variants_and_answers_are_valid_under_their_schemas(make_call, schema):
    found = served(make_call, schema.name)["components"]["schemas"]
    given, got = (Draft202012Validator(found[name]) for name in ("ServiceInput", "ServiceOutput"))
    assert found["ServiceInput"]["example"] == json.loads(json.dumps(schema.example))
    for body in (schema.example, *schema.variants):
        given.validate(json.loads(json.dumps(body)))
        reply = ENGINE.score(make_call(body, path=schema.paths[0], listener=schema.name))
        assert reply.status == 200, reply.body
        if not reply.chunked:
            got.validate(json.loads(reply.body))
    got.validate(found["ServiceOutput"]["example"])


@pytest.mark.parametrize("version", ["2", "3", "3.1"])
def test_what_the_front_door_answers_is_described_where_there_is_one(make_call, version):
    door = served(make_call, "gpt2", version)["paths"]["/score"]["post"]["responses"]
    assert {"200", "401", "404", "408", "424", "429", "default"} <= set(door)
    local = served(make_call, "gpt2", version, api_type="local")["paths"]["/score"]["post"]["responses"]
    assert set(local) == {"200", "default"}


def test_a_container_of_several_shapes_describes_each(make_call):
    several = next(one.values[0] for one in DESCRIBED if one.values[0].beside)
    found = served(make_call, several.name)
    beside = [all_schemas()[name] for name in several.beside]
    assert {path for one in (several, *beside) for path in one.paths} <= set(found["paths"])
    called = [operation["operationId"] for path in found["paths"].values() for operation in path.values()]
    assert len(set(called)) == len(called)


@pytest.mark.parametrize("query", ["", "version=2", "version=2.0", "x=1&version=2&version=3"])
def test_version_2_is_what_azmlinfsrv_gives_unless_asked_otherwise(make_call, json_of, query):
    call = make_call(b"", method="GET", path="/swagger.json")._replace(query=query)
    assert json_of(ENGINE.score(call))["swagger"] == "2.0"


@pytest.mark.parametrize("version", ["9", "", "v3"])
def test_a_version_that_is_none_is_refused_as_azmlinfsrv_does(make_call, headers_of, json_of, version):
    call = make_call(b"", method="GET", path="/swagger.json")._replace(query=f"version={version}")
    reply = ENGINE.score(call)
    says = f"Swagger version [{version}] is not valid. Supported versions: [2, 3, 3.1]."
    assert json_of(reply) == {"message": says}
    assert (reply.status, headers_of(reply)["ms-azureml-model-error-statuscode"]) == (424, "404")


def test_the_front_door_wants_a_key_for_it_too(make_call):
    assert ENGINE.score(make_call(b"", method="GET", path="/swagger.json", key=None)).status == 401
