"""Keys and tokens: two at a time, the former one refused at once."""

import pytest


def keys(azure):
    shown = azure.value("POST", "onlineEndpoints/front/listKeys")
    return shown["primaryKey"], shown["secondaryKey"]


def test_both_keys_are_good_and_differ(ready):
    primary, secondary = keys(ready)
    assert primary != secondary
    assert [ready.score(key).status for key in (primary, secondary, "another")] == [200, 200, 401]


@pytest.mark.parametrize(("kind", "at"), [("Primary", 0), ("secondary", 1)])
def test_a_regenerated_key_replaces_the_former_one_at_once(ready, kind, at):
    before = keys(ready)
    body = {"keyType": kind, "keyValue": before[at]}  # as the SDK sends it
    assert ready.ask("POST", "onlineEndpoints/front/regenerateKeys", body).status == 202
    after = keys(ready)
    assert after[at] not in before
    assert after[1 - at] == before[1 - at]
    assert [ready.score(key).status for key in (before[at], *after)] == [401, 200, 200]


def test_a_key_s_new_value_can_be_named(ready):
    ready.ask("POST", "onlineEndpoints/front/regenerateKeys", {"keyType": "Primary", "keyValue": "of-my-own"})
    assert ready.score("of-my-own").status == 200
    refused = {"keyType": "Primary", "keyValue": "not a header\n"}
    assert ready.error("POST", "onlineEndpoints/front/regenerateKeys", refused)[0] == 400
    assert ready.score("of-my-own").status == 200


@pytest.mark.parametrize("body", [{}, {"keyType": "Third"}, {"keyType": "Primary", "keyValue": 5}])
def test_a_wrong_request_for_a_key_is_refused(ready, body):
    assert ready.error("POST", "onlineEndpoints/front/regenerateKeys", body)[0] == 400


def test_keys_of_one_s_own_can_be_given_at_creation(azure):
    azure.endpoint(keys={"primaryKey": "first", "secondaryKey": "second"})
    assert keys(azure) == ("first", "second")


def test_the_same_seed_makes_the_same_keys(make_azure):
    found = []
    for _ in range(2):
        azure = make_azure()
        azure.endpoint()
        found.append(keys(azure))
    assert found[0] == found[1]


def test_a_token_opens_its_endpoint_alone(azure):
    for name in ("front", "other-one"):
        azure.endpoint(name, authMode="AMLToken")
        azure.deployment(endpoint=name)
    token = azure.value("POST", "onlineEndpoints/front/token")
    assert token["tokenType"] == "Bearer"
    assert token["refreshAfterTimeUtc"] < token["expiryTimeUtc"]
    statuses = [
        azure.score(token["accessToken"], name, azureml_model_deployment="blue").status
        for name in ("front", "other-one")
    ]
    assert statuses == [200, 401]
    assert azure.error("POST", "onlineEndpoints/front/listKeys")[0] == 400


def test_an_endpoint_without_deployments_has_tokens_too(azure):
    azure.endpoint(authMode="amltoken")
    token = azure.value("POST", "onlineEndpoints/front/token")["accessToken"]
    azure.deployment()
    assert azure.score(token, azureml_model_deployment="blue").status == 200


def test_keys_have_no_tokens(azure):
    azure.endpoint()
    assert azure.error("POST", "onlineEndpoints/front/token")[0] == 400
