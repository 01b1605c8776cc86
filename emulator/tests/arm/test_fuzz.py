"""Whatever a caller sends: a JSON answer below 500, endpoints that can be scored, and nothing raised."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("HUNT", "50"))

NAMES = st.sampled_from(["front", "configured", "talk", "blue", "green", "1", "a%2Fb", "%00", "..", "x" * 40])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["PT5S", "P" * 50]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TRAFFIC = st.dictionaries(st.sampled_from(["blue", "green", "default"]), st.sampled_from([0, 50, 100, 20]) | VALUES)
TAGS = st.dictionaries(
    st.sampled_from(
        ["a", "emulator.schema", "emulator.answer", "emulator.latency", "emulator.key", "emulator.", "emulator.a.b"]
    )
    | st.text(max_size=5),
    st.sampled_from(["gpt2", "llama", "faker", "{type: tokens}", "[", "chat"]) | VALUES,
    max_size=2,
)
MODELS = st.sampled_from(
    [
        "azureml://registries/azureml/models/gpt2/versions/1",
        "azureml:gpt2:1",
        "/",
        "azureml://registries/x/models/Phi-4",
    ]
)
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "authMode": st.sampled_from(["Key", "AMLToken", "aadtoken", "x"]) | VALUES,
        "traffic": TRAFFIC | VALUES,
        "mirrorTraffic": TRAFFIC | VALUES,
        "keys": st.fixed_dictionaries({}, optional={"primaryKey": VALUES, "secondaryKey": VALUES}) | VALUES,
        "model": MODELS | VALUES,
        "environmentId": MODELS | VALUES,
        "codeConfiguration": st.fixed_dictionaries({"scoringScript": st.just("score.py") | VALUES}) | VALUES,
        "environmentVariables": VALUES,
        "instanceType": VALUES,
        "description": VALUES,
        "properties": VALUES,
        "requestSettings": st.fixed_dictionaries(
            {},
            optional={
                "requestTimeout": st.sampled_from(["PT1M30S", "PT", "P99999999999999D", "PT0S"]) | VALUES,
                "maxQueueWait": st.sampled_from(["PT0.5S", "P9999999999D"]) | VALUES,
                "maxConcurrentRequestsPerInstance": VALUES,
            },
        )
        | VALUES,
        "modelSettings": st.fixed_dictionaries({"modelId": MODELS | VALUES}) | VALUES,
        "modelType": VALUES,
        "inferenceConfig": st.fixed_dictionaries({"scoringRoute": VALUES}) | VALUES,
        "publicNetworkAccess": VALUES,
    },
)
BODIES = (
    st.fixed_dictionaries(
        {"properties": PROPERTIES},
        optional={
            "tags": TAGS | VALUES,
            "sku": st.fixed_dictionaries({"capacity": st.integers(-1, 3) | VALUES}) | VALUES,
            "location": VALUES,
        },
    )
    | st.fixed_dictionaries({"keyType": st.sampled_from(["Primary", "Secondary"]), "keyValue": VALUES})
    | st.fixed_dictionaries({"tail": VALUES, "containerType": VALUES})
    | VALUES
    | st.binary(max_size=20)
)
KNOWN = st.sampled_from(["onlineEndpoints", "serverlessEndpoints", "models", "environments", "codes", "nothing"])
PATHS = st.builds(
    lambda kind, name, rest: f"{kind}/{name}{rest}",
    KNOWN,
    NAMES,
    st.sampled_from(["", "", "/", "/listKeys", "/token", "/regenerateKeys", "/versions", "/versions/1"])
    | st.builds(lambda name, rest: f"/deployments/{name}{rest}", NAMES, st.sampled_from(["", "", "/getLogs"])),
) | st.text(max_size=30).map(lambda text: "/" + text)
REQUESTS = st.lists(
    st.tuples(st.sampled_from(["GET", "PUT", "PUT", "PUT", "POST", "DELETE", "PATCH", ""]), PATHS, BODIES), max_size=8
)


@pytest.mark.slow
@settings(max_examples=EXAMPLES, deadline=None)
@given(requests=REQUESTS)
def test_nothing_a_caller_sends_is_an_error_of_the_emulator_s(make_azure, requests):
    azure = make_azure()
    azure.endpoint()
    azure.deployment()
    for method, path, body in requests:
        assert azure.ask(method, path, body).status < 500
    for one in azure.value("GET", "onlineEndpoints")["value"] + azure.value("GET", "serverlessEndpoints")["value"]:
        assert azure.score("any", one["name"]).status in {200, 401, 404, 424}
