"""Any number of an endpoint's settings can be given another value."""

import pytest

from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.errors import ConfigError
from azureml_emulator.simulation.setting import SHORT, varied


@pytest.fixture
def endpoint():
    return Endpoint(
        "e",
        schema="gpt2",
        latency={
            "type": "mixture",
            "parts": [{"weight": 1, "latency": 5}, {"weight": 1, "latency": {"type": "exponential", "mean_ms": 9}}],
        },
        faults=[{"type": "reset", "probability": 0.5}],
        deployments=[Deployment("blue"), Deployment("green", instance_count=7)],
        traffic={"blue": 50, "green": 50},
    )


def values(endpoint, read):
    return [read(one) for one in endpoint.deployments]


@pytest.mark.parametrize("name", SHORT)
def test_short_names_are_of_settings_that_there_are(endpoint, name):
    assert varied(endpoint, name, 3) == varied(endpoint, SHORT[name], 3) != endpoint


def test_all_deployments_or_one(endpoint):
    assert values(varied(endpoint, "instances", 3), lambda one: one.instance_count) == [3, 3]
    assert values(varied(endpoint, "green.instances", 3), lambda one: one.instance_count) == [1, 3]


def test_a_setting_within_settings(endpoint):
    found = varied(endpoint, "latency.parts.1.latency.mean_ms", 4)
    assert values(found, lambda one: one.latency.parts[1].latency.mean_ms) == [4, 4]
    found = varied(endpoint, "green.faults.0.probability", 0.1)
    assert values(found, lambda one: one.faults[0].probability) == [0.5, 0.1]
    found = varied(endpoint, "max_concurrent", 2)
    assert values(found, lambda one: one.request_settings.max_concurrent_requests_per_instance) == [2, 2]


def test_a_setting_of_the_endpoint(endpoint):
    assert varied(endpoint, "requests_per_second", 5).requests_per_second == 5


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("instance", 1, r"--sweep instance: no such setting \(did you mean 'instances'\?\)"),
        ("green.requests_per_second", 1, r"no such setting"),
        ("latency", 1, r"expected a setting that is a number; go on with a dot"),
        ("latency.part.0", 1, r"there is no 'part' \(did you mean 'parts'\?\)"),
        ("faults.1.probability", 1, r"there is no '1'; there are 1, counted from 0"),
        ("not_supported.0", 1, r"there is no '0'; there are none"),
        ("content_filter.x", 1, r"there is no 'x', nothing is set there"),
        ("faults.0.probability", 2, r"--sweep faults\.0\.probability=2: .*less than or equal to 1"),
        ("instances", 0, r"e/blue: instance_count: .*not 0"),
        ("traffic.blue", 60, r"traffic must sum to 100"),
        ("state", 1, r"expected a setting that is a number"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(endpoint, name, value, expected):
    with pytest.raises(ConfigError, match=expected) as caught:
        varied(endpoint, name, value)
    assert "\n" not in str(caught.value)
