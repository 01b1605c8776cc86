import pytest

from azureml_emulator import config
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.errors import ConfigError
from azureml_emulator.rehearsal import rehearsed

ENDPOINTS = [
    Endpoint("gpt2", schema="gpt2", deployments=[{"name": "blue"}, {"name": "green"}], traffic={"blue": 100}),
    Endpoint("chat", schema="chat"),
]


def lines_of(given):
    with pytest.raises(ConfigError) as raised:
        rehearsed(given, ENDPOINTS)
    return str(raised.value).splitlines()


def test_a_file_is_read(tmp_path):
    file = tmp_path / "storm.yml"
    file.write_text("every: 1m\nsteps:\n  - {at: 10, set: {state: not_ready}}\n", encoding="utf-8")
    assert rehearsed(file, ENDPOINTS) == rehearsed(
        {"every": 60, "steps": [{"at": 10, "set": {"state": "not_ready"}}]}, ENDPOINTS
    )


def test_each_wrong_thing_has_its_line(tmp_path):
    file = tmp_path / "storm.yml"
    file.write_text(
        """
steps:
  - {at: 1, endpoint: gtp2, set: {state: not_ready}}
  - {at: 2, endpoint: gpt2, deployment: bleu, set: {state: not_ready}}
  - at: 3
    endpoint: chat
    set:
      latencty: 5
  - {at: 4, endpoint: gpt2, set: {latency: {type: constant, ms: -5}}}
  - {at: 5, endpoint: chat, set: {port: 80}}
  - {at: 6, endpoint: gpt2, set: {traffic: {blue: 50}}}
""",
        encoding="utf-8",
    )
    found = [one.removeprefix(str(file)) for one in lines_of(file)]
    assert found[2].startswith(
        ":8: steps[2].set.latencty: unknown setting (did you mean 'latency'?); expected one of "
    )
    assert found[:2] + found[3:] == [
        ":3: steps[0].endpoint: no endpoint 'gtp2' (did you mean 'gpt2'?); there are: gpt2, chat",
        ":4: steps[1].deployment: gpt2 has no deployment 'bleu' (did you mean 'blue'?); there are: blue, green",
        ":9: steps[3].set.latency.ms: Input should be greater than or equal to 0, not -5",
        ":10: steps[4].set.port: cannot change while the endpoint runs",
        ":11: steps[5].set: traffic must sum to 100 (or 0), not 50",
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"steps": [{"at": "x", "recover": True}]},
            "steps[0].at: expected seconds, such as 90, or a time such as 1m30s",
        ),
        ({"steps": [{"at": 1, "recovr": True}]}, "steps[0].recovr: unknown setting (did you mean 'recover'?)"),
        ({"stps": []}, "stps: unknown setting (did you mean 'steps'?); expected one of steps, every, loop"),
    ],
)
def test_what_is_no_scenario_is_refused(given, told):
    assert lines_of(given)[0].startswith(f"scenario: {told}")


@pytest.mark.parametrize(
    ("text", "told"), [("- 1", "expected settings by name"), ("{", "not YAML"), (None, "cannot be read")]
)
def test_files_that_are_none(tmp_path, text, told):
    file = tmp_path / "storm.yml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    assert told in lines_of(file)[0]


def test_a_step_for_a_deployment_sets_what_deployments_have():
    step = {"at": 1, "endpoint": "gpt2", "deployment": "blue"}
    assert rehearsed({"steps": [step | {"set": {"state": "not_ready"}}]}, ENDPOINTS).steps[0].deployment == "blue"
    (line,) = lines_of({"steps": [step | {"set": {"traffic": {"green": 100}}}]})
    assert line.startswith("scenario: steps[0].set.traffic: unknown setting")


def test_steps_are_checked_in_the_light_of_those_before():
    moved = {"at": 5, "endpoint": "gpt2", "set": {"traffic": {"green": 100}}}
    mirrored = {"at": 9, "endpoint": "gpt2", "set": {"mirror_traffic": {"blue": 10}}}
    rehearsed({"steps": [mirrored, moved]}, ENDPOINTS)
    assert "which has 100 % of the traffic" in lines_of({"steps": [mirrored, moved, {"at": 6, "recover": True}]})[0]


class TestConfiguration:
    def test_a_scenario_may_stand_in_it(self, tmp_path):
        file = tmp_path / "emulator.yml"
        file.write_text(
            "endpoints:\n- {name: a, schema: gpt2}\nscenario:\n  steps:\n  - {at: 1, set: {stat: x}}\n",
            encoding="utf-8",
        )
        with pytest.raises(
            ConfigError, match=r"emulator.yml:5: scenario.steps\[0\].set.stat: unknown setting \(did you mean 'state'"
        ):
            config.load(str(file))

    @pytest.mark.parametrize("by", ["file", "variable", "option"])
    def test_or_in_a_file_that_is_named(self, tmp_path, by):
        storm = tmp_path / "storm.yml"
        storm.write_text("steps:\n  - {at: 1, set: {stat: x}}\n", encoding="utf-8")
        file = tmp_path / "emulator.yml"
        file.write_text("port: 0\n" + (f"scenario: {storm}\n" if by == "file" else ""), encoding="utf-8")
        variables = {"AZUREML_EMULATOR_SCENARIO": str(storm)} if by == "variable" else {}
        options = {"scenario": str(storm)} if by == "option" else {}
        with pytest.raises(ConfigError, match=r"storm.yml:2: steps\[0\].set.stat: unknown setting"):
            config.load(str(file), variables, options)
        storm.write_text("steps:\n  - {at: 1, set: {state: not_ready}}\n", encoding="utf-8")
        assert config.load(str(file), variables, options).scenario.steps[0].set == {"state": "not_ready"}
