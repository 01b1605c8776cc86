"""Online endpoints: what is created is served, what is served is shown."""

import pytest


def test_a_new_endpoint_has_no_deployment_and_answers_as_one_without_traffic(azure):
    created = azure.ask("PUT", "onlineEndpoints/front", {"properties": {"authMode": "Key"}})
    assert created.status == 201
    assert created.value["properties"]["provisioningState"] == "Creating"  # as long as its port is not open
    assert created.opens == {"front": 0}
    shown = azure.value("GET", "onlineEndpoints/front")["properties"]
    assert shown["scoringUri"] == "http://front.test/score"
    assert shown["provisioningState"] == "Succeeded"
    assert shown["traffic"] == {}
    reply = azure.score(azure.key())
    assert (reply.status, reply.body) == (404, b"Specified traffic group could not be found")


def test_what_is_created_is_served_at_once(ready):
    assert ready.score(ready.key()).body == b'["hello"]'


def test_what_was_configured_otherwise_is_listed(azure):
    azure.endpoint()
    assert [one["name"] for one in azure.value("GET", "onlineEndpoints")["value"]] == ["configured", "front"]
    shown = azure.value("GET", "onlineEndpoints/configured")
    assert shown["properties"]["traffic"] == {"default": 100}
    assert shown["properties"]["scoringUri"] == "http://configured.test/score"


def test_what_was_configured_otherwise_can_be_changed(azure):
    azure.deployment("green", "configured")
    azure.endpoint("configured", traffic={"green": 100})
    assert azure.engine.directory["configured"].settings.traffic == {"default": 0, "green": 100}


def test_tags_and_description_come_back(azure):
    body = {"tags": {"team": "a"}, "properties": {"authMode": "Key", "description": "mine"}}
    azure.value("PUT", "onlineEndpoints/front", body)
    shown = azure.value("GET", "onlineEndpoints/front")
    assert shown["tags"] == {"team": "a"}
    assert shown["properties"]["description"] == "mine"


def test_tags_of_the_emulator_are_settings(azure):
    body = {"tags": {"emulator.requests_per_second": "1"}, "properties": {"authMode": "Key"}}
    azure.value("PUT", "onlineEndpoints/front", body)
    azure.deployment()
    azure.value("PUT", "onlineEndpoints/front", {**body, "properties": {"traffic": {"blue": 100}}})
    key = azure.key()
    assert [azure.score(key).status for _ in range(2)] == [200, 429]


def test_an_endpoint_s_shape_is_that_of_deployments_without_a_model(azure):
    azure.value("PUT", "onlineEndpoints/front", {"tags": {"emulator.schema": "llama"}, "properties": {}})
    azure.deployment(properties={})
    assert azure.engine.directory["front"].settings.deployments[0].schema.name == "llama"


def test_a_change_is_a_200_and_keeps_keys_and_deployments(ready):
    key = ready.key()
    changed = ready.ask("PUT", "onlineEndpoints/front", {"properties": {"traffic": {"blue": 0}}})
    assert changed.status == 200
    assert changed.opens == {}
    assert ready.key() == key
    assert ready.score(key).status == 404
    assert ready.score(key, azureml_model_deployment="blue").status == 200


def test_names_are_found_in_any_case(ready):
    assert ready.value("GET", "ONLINEENDPOINTS/FRONT")["name"] == "front"
    assert ready.value("PUT", "onlineEndpoints/Front", {"properties": {}})["name"] == "front"


@pytest.mark.parametrize("name", ["ab", "1abc", "a_b", "abc-", "a" * 33, "%C3%A9t%C3%A9"])
def test_names_follow_azure_s_rule(azure, name):
    status, code, message = azure.error("PUT", f"onlineEndpoints/{name}", {"properties": {}})
    assert (status, code) == (400, "UserError")
    assert "3 to 32" in message


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ({"traffic": {"blue": 90}}, "properties.traffic"),
        ({"traffic": {"green": 100}}, "properties.traffic"),
        ({"traffic": {"blue": 101}}, "properties.traffic.blue"),
        ({"traffic": {"blue": "100"}}, "properties.traffic.blue"),
        ({"traffic": ["blue"]}, "properties.traffic"),
        ({"traffic": {"blue": 100}, "mirrorTraffic": {"blue": 10}}, "properties"),
        ({"mirrorTraffic": {"green": 10}}, "properties.mirrorTraffic"),
        ({"mirrorTraffic": {"blue": 51}}, "properties"),
        ({"authMode": "Password"}, "properties.authMode"),
        ({"keys": {"primaryKey": 5}}, "properties.keys.primaryKey"),
    ],
)
def test_a_wrong_body_is_refused_by_its_field_and_changes_nothing(ready, properties, field):
    response = ready.ask("PUT", "onlineEndpoints/front", {"properties": properties})
    assert response.status == 400
    assert response.value["error"]["target"] == field
    assert response.value["error"]["message"].startswith(field)
    assert ready.value("GET", "onlineEndpoints/front")["properties"]["traffic"] == {"blue": 100}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"null"])
def test_a_body_that_is_no_json_object_is_refused(azure, body):
    assert azure.error("PUT", "onlineEndpoints/front", body)[0] == 400


def test_a_mirror_gets_its_copies(ready):
    ready.deployment("green")
    shown = ready.endpoint(traffic={"blue": 100}, mirrorTraffic={"green": 50, "blue": 0})
    assert shown["properties"]["mirrorTraffic"] == {"green": 50}
    key = ready.key()
    for number in range(20):
        ready.score(key, body={"input_data": [str(number)]})
    assert {one.deployment for one in ready.engine.journal if one.mirror} == {"green"}


def test_a_deleted_endpoint_is_gone(ready):
    deleted = ready.ask("DELETE", "onlineEndpoints/front")
    assert deleted.status == 202
    assert deleted.closes == ("front",)
    assert ready.error("GET", "onlineEndpoints/front")[:2] == (404, "ResourceNotFound")
    assert ready.ask("DELETE", "onlineEndpoints/front").status == 204


def test_what_the_emulator_takes_away_is_forgotten(azure):
    azure.endpoint("bare-one")
    azure.value(
        "PUT", "onlineEndpoints/configured", {"tags": {"a": "b"}, "properties": {"traffic": {"default": 100}}}
    )
    azure.engine.remove("configured")
    azure.ports.clear()
    assert azure.value("GET", "onlineEndpoints") == {"value": []}
