"""Azure's own files: what each says is checked where it stands, put together, and hosted."""

import pytest

from azureml_emulator import config
from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.azure_files import document
from azureml_emulator.azure_files.deployment import OnlineDeployment
from azureml_emulator.azure_files.endpoints import OnlineEndpoint, ServerlessEndpoint
from azureml_emulator.endpoint import RequestSettings
from azureml_emulator.errors import ConfigError
from azureml_emulator.instructions import Instructions
from azureml_emulator.latency import Constant

SCHEMA = "https://azuremlschemas.azureedge.net/latest/"
ENDPOINT = f"""\
$schema: {SCHEMA}managedOnlineEndpoint.schema.json
name: otter-shop
auth_mode: key
traffic: {{blue: 90, green: 10}}
"""
BLUE = f"""\
$schema: {SCHEMA}managedOnlineDeployment.schema.json
name: blue
endpoint_name: otter-shop
model:
  path: ../otter/model/
code_configuration:
  code: ../otter/src/
  scoring_script: score.py
environment:
  conda_file: ../otter/conda.yaml
  image: example.azurecr.io/otter:1
instance_type: Standard_DS3_v2
instance_count: 2
"""
GREEN = BLUE.replace("name: blue", "name: green").replace("instance_count: 2", "request_settings: {}")
SERVERLESS_FILE = "name: otter-chat\nmodel_id: azureml://registries/azureml-meta/models/Llama-2-7b-chat\n"


@pytest.fixture
def load(tmp_path):
    """Load files given as texts by their names; names in messages are without their folder."""

    def load(sets=(), **texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
        files = [str(tmp_path / f"{name}.yml") for name in texts if name != "emulator"]
        try:
            loaded = Instructions(tuple(files), sets=sets).load()
        except ConfigError as error:
            raise ConfigError(str(error).replace(f"{tmp_path}/", "")) from None
        return loaded.config.endpoints, [note.replace(f"{tmp_path}/", "") for note in loaded.notes]

    return load


class TestTogether:
    def test_an_endpoint_and_its_deployments(self, load):
        (shop,), _ = load(endpoint=ENDPOINT, blue=BLUE, green=GREEN)
        assert (shop.name, shop.auth_mode, shop.traffic) == ("otter-shop", "key", {"blue": 90, "green": 10})
        blue, green = shop.deployments
        assert (blue.name, blue.instance_count, green.instance_count) == ("blue", 2, 1)

    def test_the_order_of_the_files_does_not_matter(self, load):
        assert load(green=GREEN, endpoint=ENDPOINT, blue=BLUE)[0][0].traffic == {"green": 10, "blue": 90}

    def test_azures_defaults_hold(self, load):
        (shop,), _ = load(green=GREEN)
        limits = RequestSettings(
            max_concurrent_requests_per_instance=1, request_timeout_ms=5000, max_queue_wait_ms=500
        )
        assert shop.deployments[0].request_settings == limits

    def test_several_endpoints_of_both_kinds(self, load):
        found, _ = load(endpoint=ENDPOINT, serverless=SERVERLESS_FILE, blue=BLUE, green=GREEN)
        assert [one.name for one in found] == ["otter-shop", "otter-chat"]
        assert (found[1].api_type, found[1].deployments[0].model) == (SERVERLESS, "Llama-2-7b-chat")

    def test_a_deployment_without_its_endpoints_file(self, load):
        (shop,), notes = load(blue=BLUE)
        assert (shop.name, shop.traffic) == ("otter-shop", {"blue": 100})
        assert "blue.yml: no file for endpoint 'otter-shop'; made with auth_mode key" in notes

    def test_a_deployment_that_names_no_endpoint_belongs_to_the_only_one(self, load):
        (shop,), notes = load(
            endpoint=ENDPOINT.replace(", green: 10", "").replace("90", "100"),
            blue=BLUE.replace("endpoint_name: otter-shop\n", ""),
        )
        assert shop.traffic == {"blue": 100}
        assert "blue.yml: no endpoint_name; taken as 'otter-shop'" in notes

    def test_without_traffic_all_goes_to_the_first(self, load):
        (shop,), notes = load(endpoint="name: otter-shop\nauth_mode: key\n", green=GREEN, blue=BLUE)
        assert shop.traffic == {"green": 100, "blue": 0}
        assert "endpoint 'otter-shop': no traffic said; all of it goes to 'green'" in notes

    def test_an_endpoint_without_deployments_has_no_traffic(self, load):
        (shop,), notes = load(endpoint="name: otter-shop\nauth_mode: key\n")
        assert set(shop.traffic.values()) == {0}
        assert any("no deployment; until it has one, callers get 404" in note for note in notes)

    def test_mirror_traffic(self, load):
        text = ENDPOINT.replace("{blue: 90, green: 10}", "{blue: 100}") + "mirror_traffic: {green: 30}\n"
        assert load(endpoint=text, blue=BLUE, green=GREEN)[0][0].mirror_traffic == {"green": 30}

    def test_what_is_not_imitated_is_noted_with_its_line(self, load):
        _, notes = load(blue=BLUE)
        expected = "blue.yml: noted, not imitated: code_configuration (line 6), environment (line 9)"
        assert f"{expected}, instance_type (line 12)" in notes

    def test_the_container_s_own_timeout_is_an_environment_variable(self, load):
        for value in ("300", '"300"'):
            text = f"{BLUE}environment_variables:\n  SCORING_TIMEOUT_MS: {value}\n"
            (shop,), notes = load(blue=text)
            assert shop.deployments[0].scoring_timeout_ms == 300
            assert not any("environment_variables" in note for note in notes)
            (shop,), notes = load(blue=text + "  OTHER: x\ntags: {emulator.scoring_timeout_ms: '70'}\n")
            assert shop.deployments[0].scoring_timeout_ms == 70
            assert any("environment_variables (line 14)" in note for note in notes)
        assert load(blue=BLUE)[0][0].deployments[0].scoring_timeout_ms is None

    def test_placeholders_of_microsofts_examples_become_names(self, load):
        text = BLUE.replace("otter-shop", "{{ENDPOINT_NAME}}").replace("name: blue", 'name: "<my-name>"')
        (shop,), notes = load(blue=text)
        assert (shop.name, shop.deployments[0].name) == ("endpoint-name", "my-name")
        assert (
            notes[0] == "blue.yml: placeholders read as names: my-name as 'my-name', ENDPOINT_NAME as 'endpoint-name'"
        )

    def test_settings_of_deployments_are_set_as_the_command_does(self, load):
        text = "name: demo\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n"
        model = "azureml://registries/azureml-meta/models/Llama-2-7b-chat/versions/1"
        (shop,), _ = load(("endpoint_name=otter-shop", f"model={model}"), demo=text)
        assert (shop.name, shop.deployments[0].schema.name) == ("otter-shop", "llama-chat")

    def test_longer_timeouts_of_kubernetes_are_cut(self, load):
        text = f"type: kubernetes\n{BLUE}request_settings: {{request_timeout_ms: 300000}}\n"
        (shop,), notes = load(blue=text)
        assert shop.deployments[0].request_settings.request_timeout_ms == 180_000
        assert "blue.yml: request_timeout_ms imitated up to 180000 only" in notes


class TestSettingsOfOurOwn:
    TAGGED = BLUE + "tags:\n  team: zoo\n  emulator.schema: gpt2\n  emulator.latency: '{type: constant, ms: 5}'\n"

    def test_ride_in_tags(self, load):
        (shop,), _ = load(endpoint=ENDPOINT + "tags: {emulator.key: k1}\n", blue=self.TAGGED, green=GREEN)
        assert shop.key == "k1"
        assert [one.schema.name for one in shop.deployments] == ["gpt2", "score-py"]
        assert shop.deployments[0].latency == Constant(5)

    def test_stand_in_a_file_beside(self, load):
        text = """
            seed: 7
            endpoints:
              - {name: otter-shop, key: k2, deployments: [{name: green, schema: llama}], schema: gpt2}
              - {name: other, schema: gpt2}
        """
        (shop, other), _ = load(endpoint=ENDPOINT, blue=BLUE, green=GREEN, emulator=text)
        assert (shop.key, other.name) == ("k2", "other")
        assert [one.schema.name for one in shop.deployments] == ["gpt2", "llama"]

    def test_tags_go_over_the_file_beside(self, load):
        text = "endpoints: [{name: otter-shop, deployments: [{name: blue, schema: llama, instance_count: 5}]}]"
        (shop,), _ = load(blue=self.TAGGED, emulator=text)
        assert (shop.deployments[0].schema.name, shop.deployments[0].instance_count) == ("gpt2", 5)

    def test_limits_are_merged_one_by_one(self, load):
        limits = "{name: blue, request_settings: {request_timeout_ms: 90}}"
        text = f"endpoints: [{{name: otter-shop, deployments: [{limits}]}}]"
        settings = load(blue=BLUE, emulator=text)[0][0].deployments[0].request_settings
        assert (settings.request_timeout_ms, settings.max_concurrent_requests_per_instance) == (90, 1)

    def test_a_shape_of_ones_own_rides_in_a_tag(self, load):
        setting = "{type: json, path: /otters, request_example: {river: Exe}, response_example: {otters: 3}}"
        text = BLUE + f"tags: {{emulator.schema: '{setting}'}}\n"
        (shop,), _ = load(blue=text)
        assert (shop.deployments[0].schema.name, shop.paths) == ("json", ("/otters",))

    def test_variables_go_over_all(self, tmp_path):
        (tmp_path / "blue.yml").write_text(self.TAGGED, encoding="utf-8")
        variables = {"AZUREML_EMULATOR_ENDPOINTS__OTTER_SHOP__KEY": "k3"}
        loaded = Instructions((str(tmp_path / "blue.yml"),), variables=variables).load()
        assert loaded.config.endpoints[0].key == "k3"


class TestRefused:
    @pytest.mark.parametrize(
        ("files", "expected"),
        [
            ({"endpoint": ENDPOINT.replace("auth_mode: key", "auth_mode: keys")}, "endpoint.yml:3: auth_mode: Input"),
            ({"endpoint": ENDPOINT.replace("traffic", "trafic")}, "endpoint.yml:4: trafic: unknown setting (did you"),
            ({"endpoint": ENDPOINT.replace("otter-shop", "o")}, "endpoint.yml:2: name: expected 3 to 32"),
            (
                {"endpoint": ENDPOINT.replace("otter-shop", "otter-")},
                "endpoint.yml:2: name: expected 3 to 32",
            ),
            (
                {"endpoint": ENDPOINT.replace("otter-shop", "my_endpoint_1")},
                "endpoint.yml:2: name: expected 3 to 32 letters, digits and dashes, a letter first and no dash last",
            ),
            (
                {"endpoint": ENDPOINT.replace("otter-shop", "[]")},
                "endpoint.yml:2: name: Input should be",
            ),
            (
                {"endpoint": ENDPOINT.replace("green", "gren"), "blue": BLUE, "green": GREEN},
                "endpoint.yml:4: traffic.gren: expected deployments among blue, green, not 'gren'",
            ),
            (
                {"endpoint": ENDPOINT.replace("90", "80"), "blue": BLUE, "green": GREEN},
                "endpoint.yml:4: traffic: expected percentages that sum to 100, or to 0, not to 90",
            ),
            (
                {"blue": BLUE + "request_settings: {request_timeout: 1}\n"},
                "blue.yml:14: request_settings.request_timeo",
            ),
            (
                {"blue": BLUE + "request_settings:\n  request_timeout_ms: x\n"},
                "blue.yml:15: request_settings.request_t",
            ),
            (
                {"blue": BLUE.replace("  image:", "  imag:")},
                "blue.yml:11: environment.imag: unknown setting (did you",
            ),
            ({"blue": BLUE.replace("  path:", "  paht:")}, "blue.yml:5: model.paht: unknown setting (did you"),
            (
                {"blue": BLUE + "scale_settings: {type: x}\n"},
                "blue.yml:14: scale_settings.type: Input should be 'def",
            ),
            (
                {"blue": BLUE + "environment_variables:\n  SCORING_TIMEOUT_MS: 0\n"},
                "blue.yml:15: environment_variables.SCORING_TIMEOUT_MS: Input should be greater",
            ),
            (
                {"blue": BLUE + "environment_variables: {SCORING_TIMEOUT_MS: soon}\n"},
                "blue.yml:14: environment_variables.SCORING_TIMEOUT_MS: Input should be a valid integer",
            ),
            ({"blue": BLUE, "again": BLUE}, "again.yml:2: name: "),
            ({"endpoint": ENDPOINT, "again": ENDPOINT}, "again.yml:2: name: "),
            ({"blue": BLUE.replace("endpoint_name: otter-shop\n", "")}, "blue.yml:1: endpoint_name: missing; say it"),
            (
                {"serverless": SERVERLESS_FILE, "blue": BLUE.replace("otter-shop", "otter-chat")},
                "blue.yml:3: endpoint_name: 'otter-chat' is a serverless endpoint",
            ),
            (
                {"serverless": SERVERLESS_FILE.replace("chat", "chatt")},
                "serverless.yml:2: model_id: no serverless sha",
            ),
            (
                {"blue": BLUE + "tags: {emulator.shcema: gpt2}\n"},
                "blue.yml:14: tags.emulator.shcema: unknown setting",
            ),
            ({"blue": BLUE + "tags: {emulator.latency: '{x'}\n"}, "blue.yml:14: tags.emulator.latency: starts like"),
            ({"blue": BLUE + "tags: {emulator.name: a}\n"}, "blue.yml:14: tags.emulator.name: no setting that a tag"),
            (
                {"blue": BLUE + "tags:\n  emulator.latency.type: constant\n  emulator.latency.ms: many\n"},
                "blue.yml:16: tags.emulator.latency.ms: Input should be a valid number",
            ),
            (
                {"blue": BLUE, "emulator": "endpoints:\n- name: otter-shop\n  deployments:\n  - {name: bleu}\n"},
                "emulator.yml:4: expected a deployment of 'otter-shop', blue (did you mean 'blue'?)",
            ),
            (
                {
                    "blue": BLUE,
                    "emulator": "endpoints:\n- {name: otter, schema: gpt2}\n- name: otter-shop\n  sede: 1\n",
                },
                "emulator.yml:4: endpoints[1].sede: unknown setting (did you mean 'seed'?)",
            ),
            ({"blue": BLUE, "emulator": "prot: 1\n"}, "emulator.yml:1: prot: unknown setting (did you mean 'port'?)"),
            (
                {"model": f"$schema: {SCHEMA}model.schema.json\nname: m\n"},
                "model.yml:1: $schema: expected that of an",
            ),
            ({"batch": f"$schema: {SCHEMA}batchEndpoint.schema.json\nname: m\n"}, "batch.yml:1: $schema: expected"),
            (
                {"blue": "name: blue\nendpoint_name: otter-shop\n"},
                "blue.yml:1: model: missing, and so is the environ",
            ),
        ],
    )
    def test_with_file_line_path_and_what_was_expected(self, load, files, expected):
        with pytest.raises(ConfigError) as error:
            load(**files)
        assert str(error.value).startswith(expected), str(error.value)

    def test_a_set_that_sets_nothing(self, load):
        with pytest.raises(ConfigError, match="--set: expected NAME=VALUE, not 'model'"):
            load(("model",), blue=BLUE)

    def test_two_configurations(self, load):
        with pytest.raises(ConfigError, match="a second configuration"):
            load(one="port: 1\n", two="port: 2\n")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (ENDPOINT, OnlineEndpoint),
        (ENDPOINT.replace("managed", "kubernetes"), OnlineEndpoint),
        (BLUE, OnlineDeployment),
        (BLUE.replace(f"{SCHEMA}managed", "http://azureml/sdk-2-0/").replace(".schema", ""), OnlineDeployment),
        (SERVERLESS_FILE, ServerlessEndpoint),
        ("name: a\nauth_mode: key", OnlineEndpoint),
        ("name: a\ninstance_type: b", OnlineDeployment),
        ("port: 9000", None),
        ("endpoints: []", None),
        ("- a", None),
    ],
)
def test_each_kind_of_file_is_known_by_its_schema_or_its_keys(text, kind):
    assert document.kind_of(document.read_text(text, "x.yml")[0]) is kind


def test_a_configuration_of_our_own_may_be_given_as_a_file(tmp_path):
    file = tmp_path / "mine.yml"
    file.write_text("port: 9000\nendpoints: [{name: a, schema: gpt2}]\n", encoding="utf-8")
    assert Instructions((str(file),)).load().config == config.load(str(file))
