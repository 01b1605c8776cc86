"""Deployments: their shape, their limits, their traffic, their logs."""

import json

import pytest

DEPLOYMENT = "onlineEndpoints/front/deployments/blue"


def test_the_model_chooses_the_shape(azure):
    azure.endpoint()
    azure.deployment(properties={"model": "azureml://registries/azureml-meta/models/Llama-2-7b-chat/versions/5"})
    assert azure.engine.directory["front"].settings.deployments[0].schema.name == "llama-chat"


def test_tags_choose_it_before_the_model(azure):
    azure.endpoint()
    azure.deployment(tags={"emulator.schema": "dolly", "emulator.answer": "{type: fixed, text: hey}"})
    key = azure.key()
    asked = {"input_data": {"input_string": ["hello"]}}
    assert azure.score(key, body=asked, azureml_model_deployment="blue").body == b'["hey"]'


def test_limits_and_instances_are_those_of_the_body(azure):
    azure.endpoint()
    limits = {"maxConcurrentRequestsPerInstance": 4, "requestTimeout": "PT1M30S", "maxQueueWait": "PT0.5S"}
    shown = azure.deployment(
        properties={"model": "azureml:gpt2:1", "requestSettings": limits}, sku={"name": "Default", "capacity": 3}
    )
    settings = azure.engine.directory["front"].settings.deployments[0]
    assert settings.instance_count == 3
    assert settings.request_settings.request_timeout_ms == 90_000
    assert settings.request_settings.max_concurrent_requests_per_instance == 4
    assert shown["properties"]["requestSettings"] == limits
    assert shown["sku"]["capacity"] == 3


def test_the_container_s_own_timeout_is_an_environment_variable(azure):
    azure.endpoint()
    tags = {"emulator.latency": "{type: constant, ms: 200}"}
    said = {"model": "azureml:gpt2:1", "environmentVariables": {"SCORING_TIMEOUT_MS": "150"}}
    assert azure.deployment(properties=said, tags=tags)["properties"]["environmentVariables"] == {
        "SCORING_TIMEOUT_MS": "150"
    }
    late = azure.score(azure.key(), azureml_model_deployment="blue")
    assert (late.status, late.body) == (424, b'{"message": "Scoring timeout after 150 ms"}')


def test_what_was_said_comes_back_and_defaults_are_azure_s(azure):
    azure.endpoint()
    azure.deployment(properties={"model": "azureml:gpt2:1", "instanceType": "Standard_F4s_v2", "description": "d"})
    shown = azure.value("GET", DEPLOYMENT)["properties"]
    assert (shown["instanceType"], shown["description"]) == ("Standard_F4s_v2", "d")
    assert shown["requestSettings"]["requestTimeout"] == "PT5S"
    assert shown["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"properties": {"model": "azureml://registries/azureml/models/never-seen/versions/1"}}, "properties.model"),
        ({"properties": {}}, "properties.model"),
        ({"properties": {"model": 5}}, "properties.model"),
        ({}, "properties"),
        ({"properties": {"model": "azureml:gpt2:1"}, "tags": {"emulator.schema": "gpt3"}}, "tags.emulator.schema"),
        ({"properties": {"model": "azureml:gpt2:1"}, "tags": {"emulator.name": "x"}}, "tags"),
        (
            {"properties": {"model": "azureml:gpt2:1", "requestSettings": {"requestTimeout": "90s"}}},
            "properties.requestSettings.requestTimeout",
        ),
        (
            {"properties": {"model": "azureml:gpt2:1", "requestSettings": {"requestTimeout": "PT4M"}}},
            "properties.requestSettings.requestTimeout",
        ),
        ({"properties": {"model": "azureml:gpt2:1"}, "sku": {"capacity": 0}}, "sku.capacity"),
        (
            {"properties": {"model": "azureml:gpt2:1", "environmentVariables": {"SCORING_TIMEOUT_MS": "soon"}}},
            "properties.environmentVariables.SCORING_TIMEOUT_MS",
        ),
    ],
)
def test_a_wrong_body_is_refused_by_its_field(azure, body, field):
    azure.endpoint()
    response = azure.ask("PUT", DEPLOYMENT, body)
    assert response.status == 400
    assert response.value["error"]["target"] == field
    assert azure.value("GET", "onlineEndpoints/front/deployments") == {"value": []}


def test_a_deployment_needs_its_endpoint(azure):
    body = {"properties": {"model": "azureml:gpt2:1"}}
    assert azure.error("PUT", "onlineEndpoints/absent/deployments/blue", body)[:2] == (404, "ResourceNotFound")


def test_traffic_changes_drop_nothing_that_was_counted(ready):
    key = ready.key()
    before = ready.score(key)
    ready.deployment("green")
    ready.endpoint(traffic={"blue": 50, "green": 50})
    after = ready.score(key)
    ids = [dict(one.headers)["x-request-id"] for one in (before, after)]
    assert len(set(ids)) == 2
    assert [one.status for one in (before, after)] == [200, 200]


def test_an_update_keeps_the_place_in_the_list(ready):
    ready.deployment("green")
    ready.deployment("blue", tags={"emulator.schema": "gpt2"})
    assert [one["name"] for one in ready.value("GET", "onlineEndpoints/front/deployments")["value"]] == [
        "blue",
        "green",
    ]


def test_a_deployment_with_traffic_stays(ready):
    status, code, message = ready.error("DELETE", DEPLOYMENT)
    assert (status, code) == (409, "Conflict")
    assert "100 %" in message
    ready.endpoint(traffic={})
    assert ready.ask("DELETE", DEPLOYMENT).status == 202
    assert ready.ask("DELETE", DEPLOYMENT).status == 204
    assert ready.score(ready.key()).status == 404
    ready.deployment("green")
    assert ready.score(ready.key(), azureml_model_deployment="green").status == 200


def test_twenty_deployments_are_the_most(azure):
    azure.endpoint()
    for number in range(20):
        azure.deployment(f"blue-{number}")
    body = {"properties": {"model": "azureml:gpt2:1"}}
    assert azure.error("PUT", "onlineEndpoints/front/deployments/green", body)[0] == 409


def test_logs_are_the_journal_s_lines_of_that_deployment_without_keys(ready):
    key = ready.key()
    ready.deployment("green")
    for text in ("one", "two"):
        ready.score(key, body={"input_data": [text]}, path="/score", x_ms_client_request_id=text)
    ready.score(key, body={"input_data": key}, azureml_model_deployment="green")
    lines = ready.value("POST", f"{DEPLOYMENT}/getLogs", {"tail": 10})["content"].splitlines()
    assert [line.split()[-1] for line in lines] == ["one", "two"]
    assert "200 POST /score" in lines[0]
    assert ready.value("POST", f"{DEPLOYMENT}/getLogs", {"tail": 1})["content"].splitlines() == lines[1:]
    assert ready.value("POST", f"{DEPLOYMENT}/getLogs", {"containerType": "StorageInitializer"})["content"] == ""
    green = ready.value("POST", "onlineEndpoints/front/deployments/green/getLogs")["content"]
    assert "424" in green
    assert key not in green


def test_a_registered_mlflow_model_is_known_as_one(azure):
    azure.endpoint()
    azure.value("PUT", "models/mine/versions/1", {"properties": {"modelType": "mlflow_model", "modelUri": "x"}})
    model = azure.value("GET", "models/mine/versions/1")["id"]
    azure.deployment(properties={"model": model, "environmentId": "azureml:own:1", "codeConfiguration": {}})
    assert "mlflow" in azure.engine.directory["front"].settings.deployments[0].schema.name


def test_a_registered_environment_brings_its_scoring_route(azure):
    azure.endpoint()
    route = {"path": "/v1/models/mine:predict", "port": 8501}
    routes = {"scoringRoute": route, "livenessRoute": route, "readinessRoute": route}
    azure.value("PUT", "environments/own/versions/1", {"properties": {"image": "i", "inferenceConfig": routes}})
    environment = azure.value("GET", "environments/own/versions/1")["id"]
    azure.deployment(properties={"model": "azureml:gpt2:1", "environmentId": environment})
    azure.endpoint(traffic={"blue": 100})
    shown = azure.value("GET", "onlineEndpoints/front")["properties"]
    assert shown["scoringUri"] == "http://front.test/v1/models/mine:predict"
    assert json.loads(azure.score(azure.key(), path="/v1/models/mine:predict").body) == ["hello"]
