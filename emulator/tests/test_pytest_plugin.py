import json
from urllib.request import Request, urlopen

import pytest

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
