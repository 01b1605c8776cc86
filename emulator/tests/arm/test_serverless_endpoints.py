"""Serverless endpoints: created from a model's id, called as an API."""

import json

LLAMA = "azureml://registries/azureml-meta/models/Meta-Llama-3-8B-Instruct"
CHAT = {"messages": [{"role": "user", "content": "hello"}]}


def create(azure, model=LLAMA, **body):
    body = {"properties": {"modelSettings": {"modelId": model}}, "sku": {"name": "Consumption"}, **body}
    return azure.ask("PUT", "serverlessEndpoints/talk", body)


def test_its_model_chooses_the_shape_and_it_answers_at_once(azure):
    created = create(azure)
    assert created.status == 201
    assert created.opens == {"talk": 0}
    shown = azure.value("GET", "serverlessEndpoints/talk")["properties"]
    assert shown["inferenceEndpoint"] == {"uri": "http://talk.test", "headers": {}}
    assert shown["modelSettings"] == {"modelId": LLAMA}
    key = azure.value("POST", "serverlessEndpoints/talk/listKeys")["primaryKey"]
    answer = json.loads(azure.score(key, "talk", CHAT, "/chat/completions").body)
    assert answer["choices"][0]["message"]["content"] == "hello"
    assert answer["model"] == "Meta-Llama-3-8B-Instruct"


def test_tags_are_settings(azure):
    create(azure, "azureml://registries/other/models/unheard-of", tags={"emulator.schema": "completions"})
    assert azure.engine.directory["talk"].settings.deployments[0].schema.name == "completions"


def test_what_is_no_model_is_refused_by_its_field(azure):
    refused = create(azure, "registries/no/id")
    assert refused.status == 400
    assert refused.value["error"]["target"] == "properties.modelSettings.modelId"


def test_a_change_keeps_the_keys(azure):
    create(azure)
    before = azure.value("POST", "serverlessEndpoints/talk/listKeys")
    assert create(azure, tags={"emulator.answer": "faker"}).status == 200
    assert azure.value("POST", "serverlessEndpoints/talk/listKeys") == before


def test_the_two_kinds_share_their_names(azure):
    create(azure)
    assert azure.error("PUT", "onlineEndpoints/talk", {"properties": {}})[:2] == (409, "Conflict")
    assert azure.error("GET", "onlineEndpoints/talk")[0] == 404
    body = {"properties": {"modelSettings": {"modelId": LLAMA}}}
    assert azure.error("PUT", "serverlessEndpoints/configured", body)[0] == 409


def test_it_is_listed_apart_and_can_be_deleted(azure):
    create(azure)
    assert [one["name"] for one in azure.value("GET", "serverlessEndpoints")["value"]] == ["talk"]
    deleted = azure.ask("DELETE", "serverlessEndpoints/talk")
    assert (deleted.status, deleted.closes) == (202, ("talk",))
    assert azure.value("GET", "serverlessEndpoints") == {"value": []}
    assert azure.ask("DELETE", "serverlessEndpoints/talk").status == 204
