import pytest
from pydantic import ValidationError

from azureml_emulator.answers import Echo, Fixed, Python
from azureml_emulator.endpoint import DEVELOPMENT_KEY, Deployment, Endpoint, RequestSettings, built_in
from azureml_emulator.schemas import all_schemas, find


def test_a_schema_is_all_an_endpoint_needs():
    endpoint = Endpoint("gpt2", schema="gpt2")
    assert endpoint.key == DEVELOPMENT_KEY
    assert endpoint.traffic == {"default": 100}
    (deployment,) = endpoint.deployments
    assert (deployment.name, deployment.schema, deployment.answer) == ("default", find("gpt2"), Echo())


def test_deployments_take_from_the_endpoint_what_they_leave_out():
    endpoint = Endpoint(
        "e",
        schema="gpt2",
        answer={"type": "fixed", "text": "x"},
        deployments=[{"name": "blue"}, Deployment("green", schema="llama", answer="echo", model="m")],
        traffic={"blue": 90, "green": 10},
    )
    blue, green = endpoint.deployments
    assert (blue.schema.name, blue.answer, blue.model) == ("gpt2", Fixed("x"), "e")
    assert (green.schema.name, green.answer, green.model) == ("llama", Echo(), "m")


def test_limits_are_inherited_too():
    endpoint = Endpoint(
        "e",
        schema="gpt2",
        request_settings={"request_timeout_ms": 60_000},
        instance_count=3,
        state="not_ready",
        deployments=[
            {"name": "blue"},
            {
                "name": "green",
                "request_settings": {"max_concurrent_requests_per_instance": 4},
                "instance_count": 1,
                "state": "ready",
            },
        ],
        traffic={"blue": 100},
        mirror_traffic={"green": 10},
    )
    blue, green = endpoint.deployments
    timed, counted = (
        RequestSettings(request_timeout_ms=60_000),
        RequestSettings(max_concurrent_requests_per_instance=4),
    )
    assert (blue.request_settings, blue.instance_count, blue.state) == (timed, 3, "not_ready")
    assert (green.request_settings, green.instance_count, green.state) == (counted, 1, "ready")


def test_a_function_is_an_answer_source():
    assert isinstance(Endpoint("e", schema="gpt2", answer=lambda prompt, parameters: "x").answer, Python)


@pytest.mark.parametrize("wrong", [{}, {"schema": "gpt2", "keey": "a-secret"}, {"schema": "gpt2", "port": -1}])
def test_the_key_is_not_in_an_error(wrong):
    with pytest.raises(ValidationError) as error:
        Endpoint("gpt2", key="a-secret", **wrong)
    assert "a-secret" not in str(error.value)


def test_the_key_is_not_in_the_repr():
    assert "a-secret" not in repr(Endpoint("gpt2", schema="gpt2", key="a-secret"))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "needs a schema"),
        ({"schema": "gtp2"}, "did you mean 'gpt2'"),
        ({"schema": "gpt2", "nam": 1}, "Unexpected keyword"),
        ({"schema": "gpt2", "key": ""}, "key"),
        ({"schema": "gpt2", "key": "two words"}, "key"),
        ({"schema": "gpt2", "deployments": [{"name": "a"}, {"name": "a"}]}, "names of their own"),
        ({"schema": "gpt2", "deployments": [{"name": "a"}, {"name": "b"}]}, "traffic must say"),
        ({"schema": "gpt2", "traffic": {"b": 100}}, "'b', which is none of the deployments default"),
        ({"schema": "gpt2", "traffic": {"default": 50}}, "sum to 100"),
        ({"schema": "gpt2", "traffic": {"default": 101}}, "less than or equal to 100"),
        ({"schema": "gpt2", "port": 70000}, "port"),
        ({"schema": "gpt2", "auth_mode": "none"}, "'key', 'aml_token' or 'aad_token'"),
        ({"schema": "chat", "auth_mode": "aml_token"}, "auth_mode aml_token is for dedicated endpoints"),
        (
            {"schema": "gpt2", "mirror_traffic": {"b": 10}},
            "mirror_traffic names 'b', which is none of the deployments",
        ),
        ({"schema": "gpt2", "mirror_traffic": {"default": 10}}, "'default', which has 100 % of the traffic"),
        ({"schema": "gpt2", "mirror_traffic": {"b": 51}}, "less than or equal to 50"),
        ({"schema": "gpt2", "mirror_traffic": {"b": 1, "c": 1}}, "mirror_traffic can name one deployment, not b, c"),
        ({"schema": "gpt2", "request_settings": {"request_timeout_ms": 180_001}}, "less than or equal to 180000"),
        (
            {"schema": "gpt2", "request_settings": {"max_concurrent_requests_per_instance": 0}},
            "greater than or equal",
        ),
        ({"schema": "gpt2", "request_settings": {"timeout": 1}}, "Unexpected keyword"),
        ({"schema": "gpt2", "instance_count": 0}, "greater than or equal to 1"),
        ({"schema": "gpt2", "state": "broken"}, "'not_ready'"),
        ({"schema": "gpt2", "bandwidth_mbps": 0}, "greater than 0"),
        ({"schema": "gpt2", "requests_per_second": True}, "expected a number"),
        (
            {
                "deployments": [{"name": "a", "schema": "gpt2"}, {"name": "b", "schema": "chat"}],
                "traffic": {"a": 100},
            },
            "all be dedicated or all serverless",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_was_expected(settings, expected):
    with pytest.raises(ValidationError, match=expected):
        Endpoint("gpt2", **settings)


@pytest.mark.parametrize("name", ["", "2nd", "a b", "a_b", "a.b", "-a", "a" * 33, "é"])
def test_names_follow_azures_rule(name):
    with pytest.raises(ValidationError):
        Endpoint(name, schema="gpt2")


def test_there_is_one_built_in_endpoint_for_each_shape():
    assert [endpoint.name for endpoint in built_in()] == list(all_schemas())
