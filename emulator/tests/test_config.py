import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from azureml_emulator import config
from azureml_emulator.answers import Faker, Fixed
from azureml_emulator.errors import ConfigError
from azureml_emulator.schemas import all_schemas


@pytest.fixture
def load(tmp_path):
    def load(text, variables=None, **options):
        file = tmp_path / "emulator.yml"
        file.write_text(text, encoding="utf-8")
        try:
            return config.load(str(file), variables, options)
        except ConfigError as error:
            raise ConfigError(str(error).replace(str(tmp_path) + "/", "")) from None

    return load


KNOWN = ", ".join(all_schemas())
WHOLE = """
seed: 7
port: 9000
endpoints:
  - name: gpt2
    schema: gpt2
    key: a-key
    default: true
  - name: shop
    schema: llama
    seed: 3
    answer: {type: fixed, text: hello}
    latency: {type: constant, ms: 50}
    deployments:
      - name: blue
      - name: green
        answer: faker
    traffic: {blue: 90, green: 10}
"""


def test_a_whole_file(load):
    settings = load(WHOLE)
    assert (settings.seed, settings.port, settings.host) == (7, 9000, "127.0.0.1")
    gpt2, shop = settings.endpoints
    assert (gpt2.key, gpt2.default) == ("a-key", True)
    assert [one.answer for one in shop.deployments] == [Fixed("hello"), Faker()]
    assert shop.traffic == {"blue": 90, "green": 10}


def test_without_a_file_there_is_one_endpoint_for_each_shape_on_loopback_only():
    settings = config.load()
    assert [one.name for one in settings.endpoints] == list(all_schemas())
    assert (settings.host, settings.port) == ("127.0.0.1", 8900)


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}"])
def test_an_empty_file_is_no_configuration(load, text):
    assert load(text) == config.load()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("prot: 1", "emulator.yml:1: prot: unknown setting (did you mean 'port'?); expected one of endpoints, host"),
        ("port: many", "emulator.yml:1: port: Input should be a valid integer"),
        ("port: 70000", "emulator.yml:1: port: Input should be less than or equal to 65535, not 70000"),
        ("a\nb: c: d", "emulator.yml:2: not YAML"),
        ("- key: secret", "emulator.yml: expected settings by name, such as 'endpoints:', not a list"),
        ("? [a, b]\n: c", "emulator.yml:1: expected a name, not a list or a mapping"),
        ("port: true", "emulator.yml:1: port: expected a number, not true or false"),
        ("max_body_mb: .inf", "emulator.yml:1: max_body_mb: Input should be a finite number"),
        ("endpoints: [{name: a, schema: gpt2, port: 8900}]", "emulator.yml:1: port 8900 is asked for twice"),
        (
            "endpoints: [{name: a, schema: gpt2, key: 5}]",
            "emulator.yml:1: endpoints[0].key: expected a text; put it in",
        ),
        ("port: 1\nport: 2", "emulator.yml:2: 'port' stands here twice"),
        ("endpoints: gpt2", "emulator.yml:1: endpoints: expected a list"),
        ("endpoints:\n  - gpt2", "emulator.yml:2: endpoints[0]: expected settings by name, not 'gpt2'"),
        ("endpoints:\n  - schema: gpt2", "emulator.yml:2: endpoints[0].name: Field required"),
        ("endpoints:\n  - name: a", "emulator.yml:2: endpoints[0]: deployment 'default' needs a schema"),
        (
            "endpoints:\n  - name: a\n    schema: gtp2",
            f"emulator.yml:3: endpoints[0].schema: expected one of {KNOWN} (did you mean 'gpt2'?), not 'gtp2'",
        ),
        (
            "endpoints:\n  - name: a\n    schema: gpt2\n    anser: echo",
            "emulator.yml:4: endpoints[0].anser: unknown setting (did you mean 'answer'?)",
        ),
        (
            "endpoints:\n  - name: a\n    schema: gpt2\n    answer: {type: fixed, txt: x}",
            "emulator.yml:4: endpoints[0].answer.txt: unknown setting (did you mean 'text'?)",
        ),
        (
            "endpoints:\n  - name: a\n    schema: gpt2\n    deployments:\n      - name: b\n        modell: x",
            "emulator.yml:6: endpoints[0].deployments[0].modell: unknown setting (did you mean 'model'?)",
        ),
        (
            "endpoints:\n  - name: a\n    schema: gpt2\n    request_settings: {request_timeout: 1}",
            "emulator.yml:4: endpoints[0].request_settings.request_timeout: unknown setting (did you mean 'request_",
        ),
        (
            "endpoints:\n  - name: a_b\n    schema: gpt2",
            "emulator.yml:2: endpoints[0].name: expected a letter, then letters, digits and dashes, 32 c",
        ),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_path(load, text, expected):
    with pytest.raises(ConfigError) as error:
        load(text)
    assert str(error.value).startswith(expected), str(error.value)


def test_everything_wrong_is_told_a_line_each(load):
    with pytest.raises(ConfigError) as error:
        load("port: x\nsede: 1")
    assert len(str(error.value).splitlines()) == 2


def test_a_wrong_key_is_not_shown(load):
    with pytest.raises(ConfigError) as error:
        load("endpoints:\n  - name: a\n    schema: gpt2\n    key: 'my secret key'")
    assert "secret" not in str(error.value)
    assert "endpoints[0].key: expected printable ASCII characters without blanks" in str(error.value)
    with pytest.raises(ConfigError) as error:
        load("endpoints: [{name: a, schema: gpt2, secondary_key: 'second secret', signing_key: 'third secret'}]")
    assert "secret" not in str(error.value)
    assert "secondary_key: expected printable ASCII" in str(error.value)


def test_what_was_found_is_said_once(load):
    endpoint = "endpoints:\n  - name: a\n    schema: gpt2\n"
    for setting in ("answer: {python: nowhere}", "replay: nowhere.jsonl", "latency: nowhere"):
        with pytest.raises(ConfigError, match="nowhere") as error:
            load(f"{endpoint}    {setting}")
        assert str(error.value).count("nowhere") == 1


def test_a_file_that_is_not_there_or_no_text(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        config.load(str(tmp_path / "nope.yml"))
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="expected UTF-8 text"):
        config.load(str(tmp_path / "binary.yml"))


def test_options_win_over_variables_and_variables_over_the_file(load):
    assert load(
        "port: 1\nseed: 1\njournal: 1", {"AZUREML_EMULATOR_PORT": "2", "AZUREML_EMULATOR_SEED": "2"}, seed=3
    ) == (load("port: 2\nseed: 3\njournal: 1"))


def test_the_file_may_be_named_by_a_variable(tmp_path):
    file = tmp_path / "emulator.yml"
    file.write_text("seed: 5", encoding="utf-8")
    assert config.load(variables={"AZUREML_EMULATOR_CONFIG": str(file)}).seed == 5


class TestEnvironment:
    def test_every_setting_has_a_variable(self, load):
        variables = {
            "AZUREML_EMULATOR_SEED": "8",
            "AZUREML_EMULATOR_ENDPOINTS__SHOP__KEY": "12345",
            "AZUREML_EMULATOR_ENDPOINTS__0__ANSWER": '{"type": "fixed", "text": "x"}',
            "AZUREML_EMULATOR_ENDPOINTS__SHOP__DEPLOYMENTS__GREEN__LATENCY__MS": "20",
            "AZUREML_EMULATOR_ENDPOINTS__SHOP__DEPLOYMENTS__GREEN__LATENCY__TYPE": "constant",
            "AZUREML_EMULATOR_ENDPOINTS__SHOP__TRAFFIC": '{"blue": 50, "green": 50}',
        }
        settings = load(WHOLE, variables)
        gpt2, shop = settings.endpoints
        assert (settings.seed, shop.key, gpt2.answer) == (8, "12345", Fixed("x"))
        assert shop.traffic == {"blue": 50, "green": 50}
        assert shop.deployments[1].latency.ms == 20

    def test_endpoints_may_be_given_as_a_whole(self):
        variables = {"AZUREML_EMULATOR_ENDPOINTS": '[{"name": "a", "schema": "chat"}]'}
        assert [one.name for one in config.load(variables=variables).endpoints] == ["a"]

    def test_the_built_in_endpoints_can_be_changed(self):
        settings = config.load(variables={"AZUREML_EMULATOR_ENDPOINTS__LLAMA_CHAT__KEY": "mine"})
        keys = {one.name: one.key for one in settings.endpoints}
        assert keys["llama-chat"] == "mine"
        assert len(keys) == len(all_schemas())

    def test_an_empty_variable_is_none(self):
        assert config.load(variables={"AZUREML_EMULATOR_HOST": "", "AZUREML_EMULATOR_PORT": ""}) == config.load()

    def test_a_text_that_looks_like_json_goes_in_quotes(self):
        variables = {
            "AZUREML_EMULATOR_ENDPOINTS__CHAT__ANSWER__TYPE": "fixed",
            "AZUREML_EMULATOR_ENDPOINTS__CHAT__ANSWER__TEXT": json.dumps('{"ok": true}'),
        }
        answers = {one.name: one.answer for one in config.load(variables=variables).endpoints}
        assert answers["chat"] == Fixed('{"ok": true}')

    def test_a_setting_below_a_short_form_makes_it_a_long_one(self, load):
        text = "endpoints: [{name: a, schema: gpt2, answer: faker}]"
        settings = load(text, {"AZUREML_EMULATOR_ENDPOINTS__A__ANSWER__LOCALE": "de_DE"})
        assert settings.endpoints[0].answer == Faker("de_DE")

    def test_renaming_comes_last(self):
        variables = {
            "AZUREML_EMULATOR_ENDPOINTS__CHAT__NAME": "foo",
            "AZUREML_EMULATOR_ENDPOINTS__CHAT__SEED": "3",
        }
        assert ("foo", 3) in [(one.name, one.seed) for one in config.load(variables=variables).endpoints]

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("PROT", "1", "AZUREML_EMULATOR_PROT: prot: unknown setting (did you mean 'port'?)"),
            ("ENDPOINTS__NOPE__KEY", "x", "AZUREML_EMULATOR_ENDPOINTS__NOPE__KEY: expected one of "),
            ("ENDPOINTS", "[", "AZUREML_EMULATOR_ENDPOINTS: starts like JSON, but is none"),
            ("SEED__DEEP", "x", "AZUREML_EMULATOR_SEED__DEEP: seed"),
            ("PORT", "tcp", "AZUREML_EMULATOR_PORT: port: Input should be a valid integer"),
        ],
    )
    def test_a_wrong_variable_is_named(self, name, value, expected):
        with pytest.raises(ConfigError) as error:
            config.load(variables={"AZUREML_EMULATOR_" + name: value})
        assert str(error.value).startswith(expected), str(error.value)

    def test_what_kubernetes_sets_for_a_service_of_that_name_is_passed_over(self):
        variables = {
            "AZUREML_EMULATOR_SERVICE_HOST": "10.0.0.1",
            "AZUREML_EMULATOR_SERVICE_PORT": "8900",
            "AZUREML_EMULATOR_PORT": "tcp://10.0.0.1:8900",
            "AZUREML_EMULATOR_PORT_8900_TCP": "tcp://10.0.0.1:8900",
            "AZUREML_EMULATOR_PORT_8900_TCP_ADDR": "10.0.0.1",
            "AZUREML_EMULATOR_API_PORT": "tcp://10.0.0.1:8900",
            "AZUREML_EMULATOR_API_SERVICE_HOST": "10.0.0.1",
            "AZUREML_EMULATOR_NAME": "/web/emulator",
        }
        assert config.load(variables=variables) == config.load()


class TestJsonSchema:
    def test_it_names_every_setting_and_every_shape(self):
        described = config.json_schema()
        assert set(described["properties"]) >= {"endpoints", "port", "seed", "log_format"}
        endpoint = described["$defs"]["Endpoint"]
        assert endpoint["additionalProperties"] is False
        assert json.dumps(list(all_schemas()))[1:-1] in json.dumps(endpoint["properties"]["schema"])

    @pytest.mark.slow
    def test_a_validator_agrees_with_us(self):
        check = jsonschema.Draft202012Validator(config.json_schema())
        check.check_schema(config.json_schema())
        assert not list(check.iter_errors(yaml.safe_load(WHOLE)))
        for wrong in (
            "prot: 1",
            "endpoints: [{name: a, schema: gtp2}]",
            "endpoints: [{name: a, answer: {type: nope}}]",
        ):
            assert list(check.iter_errors(yaml.safe_load(wrong))), wrong


def test_the_example_of_the_documentation_is_valid():
    example = Path(__file__).parents[2] / "docs" / "emulator.yml"
    assert config.load(str(example)).endpoints
