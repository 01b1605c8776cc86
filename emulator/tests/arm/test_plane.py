"""The plane as a whole: who may ask, what is there to ask, and how long operations run."""

import json
from urllib.parse import urlsplit

import pytest

from .conftest import WORKSPACE


def test_any_bearer_token_is_as_good_as_another_and_none_is_not(azure):
    assert azure.ask("GET", "onlineEndpoints", authorization="bearer x").status == 200
    for wrong in ("", "Bearer", "Bearer ", "Basic eDp5"):
        response = azure.ask("GET", "onlineEndpoints", authorization=wrong)
        assert (response.status, response.value["error"]["code"]) == (401, "AuthenticationFailed")


def test_what_is_not_there_is_a_404_and_what_is_not_done_a_405(azure):
    assert azure.error("GET", "batchEndpoints")[:2] == (404, "ResourceNotFound")
    assert azure.error("GET", "/")[0] == 404
    status, code, message = azure.error("PATCH", "onlineEndpoints/configured", {})
    assert (status, code) == (405, "MethodNotAllowed")
    assert "GET, PUT, DELETE" in message


def test_the_workspace_is_called_as_the_caller_calls_it(azure):
    shown = azure.value("GET", WORKSPACE)
    assert (shown["name"], shown["location"], shown["id"]) == ("w", "eastus2", WORKSPACE)
    assert azure.value("GET", "onlineEndpoints/configured")["id"] == f"{WORKSPACE}/onlineEndpoints/configured"


def test_what_stands_above_the_workspace_is_there(azure):
    assert azure.value("GET", "/subscriptions/s")["subscriptionId"] == "s"
    assert azure.value("GET", "/subscriptions/s/resourcegroups/g")["name"] == "g"
    assert len(azure.value("GET", WORKSPACE.rpartition("/")[0])["value"]) == 1
    found = azure.value("GET", "/registrymanagement/v1.0/registries/azureml/discovery")
    assert found["primaryRegionResourceProviderUri"] == "https://arm.test/"


def test_every_path_to_poll_leads_to_the_end(ready):
    created = ready.ask("PUT", "onlineEndpoints/another?api-version=2022-02-01-preview", {"properties": {}})
    status = urlsplit(dict(created.headers)["azure-asyncoperation"])
    assert (status.netloc, status.query) == ("arm.test", "api-version=2022-02-01-preview")
    assert ready.value("GET", status.path)["status"] == "Succeeded"
    deleted = ready.ask("DELETE", "onlineEndpoints/another")
    assert ready.ask("GET", urlsplit(dict(deleted.headers)["location"]).path).status == 204


def test_an_operation_of_a_serverless_endpoint_has_its_keys_as_result(azure):
    body = {"properties": {"modelSettings": {"modelId": "azureml://registries/azureml/models/Phi-4"}}}
    azure.ask("PUT", "serverlessEndpoints/talk", body)
    asked = azure.ask("POST", "serverlessEndpoints/talk/regenerateKeys", {"keyType": "Primary"})
    result = azure.value("GET", urlsplit(dict(asked.headers)["location"]).path)
    assert result == azure.value("POST", "serverlessEndpoints/talk/listKeys")


@pytest.mark.slow
def test_operations_are_forgotten_in_the_end(azure):
    first = azure.ask("PUT", "onlineEndpoints/front", {"properties": {}})
    path = urlsplit(dict(first.headers)["azure-asyncoperation"]).path
    for _ in range(1000):
        azure.ask("PUT", "onlineEndpoints/front", {"properties": {}})
    assert azure.error("GET", path)[0] == 404


def test_nothing_is_taken_while_shutting_down(azure):
    azure.engine.drain(0.0)
    assert azure.error("GET", "onlineEndpoints")[0] == 503


def test_assets_are_remembered_by_version(azure):
    assert azure.error("GET", "models/mine")[0] == 404
    for version in ("1", "2", "beta"):
        azure.value("PUT", f"models/mine/versions/{version}", {"properties": {"modelUri": version}})
    assert azure.value("GET", "models/mine/versions/1")["properties"]["modelUri"] == "1"
    assert azure.value("GET", "models/mine/versions")["value"][0]["name"] == "beta"
    assert azure.value("GET", "models/mine")["properties"]["nextVersion"] == "3"
    assert azure.error("GET", "models/mine/versions/9")[0] == 404
    assert azure.ask("PUT", "models/mine/versions/1", {"properties": {}}).status == 200


def test_code_counts_as_uploaded_and_local_models_are_refused_with_a_way_out(azure):
    code = azure.value("GET", "codes/abc/versions")["value"][0]
    assert code["id"] == f"{WORKSPACE}/codes/abc/versions/1"
    assert azure.value("GET", "codes/abc/versions/1") == code
    status, _, message = azure.error("GET", "datastores/workspaceblobstore")
    assert status == 400
    assert "azureml:NAME:VERSION" in message


def test_responses_are_json_or_empty(azure):
    assert json.loads(azure.ask("GET", "onlineEndpoints").body)["value"]
    assert azure.ask("DELETE", "onlineEndpoints/absent").body == b""
