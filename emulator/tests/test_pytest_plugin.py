import json
from urllib.request import Request, urlopen

import pytest

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.errors import ConfigError
from azureml_emulator.pytest_plugin import Endpoints

pytest_plugins = ["pytester"]


def test_an_endpoint_for_one_test(azureml_emulator):
    endpoint = azureml_emulator.endpoint(schema="gpt2", key="k", answer={"type": "fixed", "text": "yes"})
    request = Request(
        endpoint.url,
        json.dumps({"inputs": {"input_string": ["really?"]}}).encode(),
        {"Authorization": "Bearer k", "Content-Type": "application/json"},
    )
    with urlopen(request) as response:
        assert json.loads(response.read()) == [{"0": "yes"}]
    assert [call.prompts for call in endpoint.calls] == [["really?"]]
    assert azureml_emulator["gpt2"].calls == azureml_emulator.calls


def test_names_are_made_up_and_kept_apart(azureml_emulator):
    names = [azureml_emulator.endpoint(schema="gpt2").name for _ in range(3)]
    assert names == ["gpt2", "gpt2-2", "gpt2-3"]
    assert azureml_emulator.endpoint(schema="chat", name="mine").name == "mine"


def test_what_cannot_be_is_refused_in_the_words_of_the_configuration(azureml_emulator):
    with pytest.raises(ConfigError) as error:
        azureml_emulator.endpoint(
            schema="gpt2", latncy=3, key="my secret key", latency={"type": "tokens", "gap_ms": 1}
        )
    typo, *others = str(error.value).splitlines()
    assert typo.startswith("gpt2: latncy: unknown setting (did you mean 'latency'?); expected one of ")
    assert others == [
        "gpt2: key: expected printable ASCII characters without blanks",
        "gpt2: latency.first_ms: Field required",
    ]


def test_assertions_and_scenarios_of_all_endpoints(azureml_emulator):
    azureml_emulator.endpoint(schema="chat").state = "not_ready"
    azureml_emulator.assert_not_called()
    azureml_emulator.play({"steps": [{"at": 0, "recover": True}]})
    assert azureml_emulator["chat"].state == "ready"


def test_endpoints_of_the_session_stay_and_are_as_they_were(azureml_emulator_server):
    kept = azureml_emulator_server.add(Endpoint("kept", schema="gpt2"))
    try:
        kept.latency = 5
        endpoints = Endpoints(azureml_emulator_server)
        endpoints.endpoint(schema="chat")
        endpoints.play({"steps": [{"at": 0, "set": {"state": "not_ready"}}]})
        kept.set(latency=9, faults=["reset"])
        endpoints.reset()
        assert [one.name for one in azureml_emulator_server] == ["kept"]
        assert (kept.latency.ms, kept.faults, kept.state) == (5, (), "ready")
    finally:
        azureml_emulator_server.remove("kept")


def test_nothing_is_left_of_the_tests_before(azureml_emulator):
    assert list(azureml_emulator.emulator) == []
    assert azureml_emulator.calls == []


@pytest.mark.slow
def test_nothing_is_imported_until_the_fixture_is_used(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_light():
            assert "aiohttp" not in sys.modules
            assert "azureml_emulator.emulator" not in sys.modules

        def test_served(azureml_emulator):
            assert azureml_emulator.endpoint(schema="chat").url.endswith("/models/chat/completions")
        """
    )
    result = pytester.runpytest_subprocess("-q")
    result.assert_outcomes(passed=2)


@pytest.mark.slow
def test_the_fixtures_are_documented(pytester):
    result = pytester.runpytest_subprocess("--fixtures", "-q")
    result.stdout.fnmatch_lines(["azureml_emulator -- *", "*Endpoints for this test*"])


@pytest.mark.slow
def test_failures_point_at_the_test_and_show_the_nearest_call(pytester):
    pytester.makepyfile(
        """
        def test_served(azureml_emulator):
            azureml_emulator.endpoint(schema="gpt2").wait_for(2, timeout=0)
        """
    )
    result = pytester.runpytest_subprocess("-q")
    result.stdout.fnmatch_lines(
        ["E  *AssertionError: gpt2: waited 0 s for 2 calls, 0 came", "test_*.py:2: AssertionError"]
    )
    result.stdout.no_fnmatch_line("*assertions.py*")
