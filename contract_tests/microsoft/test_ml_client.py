"""Microsoft's own `MLClient`, unmodified, manages endpoints of an emulator; and the page that says so runs."""

import contextlib
import io
import json
import os
import re
import warnings
from pathlib import Path

import pytest
import requests
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)

from azureml_emulator import Emulator, Endpoint
from azureml_emulator.arm import ml_client

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what the SDK's dependencies warn of is the SDK's
    from azure.ai.inference import ChatCompletionsClient
    from azure.ai.ml import MLClient, load_online_deployment, load_online_endpoint
    from azure.ai.ml.constants._endpoint import EndpointInvokeFields
    from azure.ai.ml.entities import (
        ManagedOnlineDeployment,
        ManagedOnlineEndpoint,
        Model,
        OnlineRequestSettings,
        ServerlessEndpoint,
    )

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "arm.md").read_text(encoding="utf-8")
GPT2 = "azureml://registries/azureml/models/gpt2/versions/18"
LLAMA = "azureml://registries/azureml-meta/models/Meta-Llama-3-8B-Instruct"

used: set[str] = set()


class Noting:
    """A group of operations that notes which of them were called, and calls them."""

    def __init__(self, name, operations):
        self._name, self._operations = name, operations

    def __getattr__(self, name):
        used.add(f"{self._name}.{name}")
        return getattr(self._operations, name)


class Client:
    """An `MLClient` whose calls are noted."""

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        return Noting(name, getattr(self.client, name))


@pytest.fixture(scope="module")
def emulator():
    with Emulator([Endpoint("configured", schema="catalog")]) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def client(emulator):
    return Client(ml_client(emulator))


@pytest.fixture(autouse=True)
def no_header_of_an_earlier_invoke():
    """Undo what the SDK does: the deployment named in one `invoke` stays in the headers of all later ones."""
    EndpointInvokeFields.DEFAULT_HEADER.pop(EndpointInvokeFields.MODEL_DEPLOYMENT, None)


@pytest.fixture
def request_file(tmp_path):
    file = tmp_path / "request.json"
    file.write_text(json.dumps({"input_data": ["hello"]}), encoding="utf-8")
    return str(file)


def create(client, name, **settings):
    return client.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=name, **settings)).result()


def deploy(client, endpoint, name="blue", model=GPT2, **settings):
    settings = {"instance_type": "Standard_DS3_v2", "instance_count": 1, **settings}
    deployment = ManagedOnlineDeployment(name=name, endpoint_name=endpoint, model=model, **settings)
    return client.online_deployments.begin_create_or_update(deployment).result()


def split(client, endpoint, traffic, mirror=None):
    changed = client.online_endpoints.get(endpoint)
    changed.traffic, changed.mirror_traffic = traffic, mirror or {}
    return client.online_endpoints.begin_create_or_update(changed).result()


def status(url, key, **headers):
    headers = {"Authorization": f"Bearer {key}", **headers}
    return requests.post(url, json={"input_data": ["hello"]}, headers=headers, timeout=10).status_code


def test_the_whole_life_of_an_endpoint(client, emulator, request_file):
    made = create(client, "life", auth_mode="key", description="d", tags={"a": "b"})
    assert (made.provisioning_state.lower(), made.tags, made.description) == ("succeeded", {"a": "b"}, "d")
    settings = OnlineRequestSettings(max_concurrent_requests_per_instance=4, request_timeout_ms=90_000)
    blue = deploy(client, "life", request_settings=settings, instance_count=2)
    assert (blue.model, blue.instance_count) == (GPT2, 2)
    assert blue.request_settings.request_timeout_ms == 90_000
    with pytest.raises(ResourceNotFoundError):
        client.online_endpoints.invoke(endpoint_name="no-such", request_file=request_file)

    assert split(client, "life", {"blue": 100}).traffic == {"blue": 100}
    invoke = client.online_endpoints.invoke
    assert json.loads(invoke(endpoint_name="life", request_file=request_file)) == ["hello"]
    deploy(client, "life", "green", tags={"emulator.answer": "{type: fixed, text: green}"})
    named = invoke(endpoint_name="life", deployment_name="green", request_file=request_file)
    assert json.loads(named) == ["green"]
    assert client.online_endpoints.get("life").traffic == {"blue": 100, "green": 0}
    assert split(client, "life", {"blue": 100}, {"green": 50}).mirror_traffic == {"green": 50}
    assert split(client, "life", {"blue": 40, "green": 60}).traffic == {"blue": 40, "green": 60}
    assert [one.name for one in client.online_deployments.list("life")] == ["blue", "green"]
    assert client.online_deployments.get("green", "life").tags["emulator.answer"]
    lines = client.online_deployments.get_logs(name="green", endpoint_name="life", lines=10).splitlines()
    assert [line.split()[1:4] for line in lines] == [["200", "POST", "/score"]]
    assert emulator["life"].url == client.online_endpoints.get("life").scoring_uri

    with pytest.raises(ResourceExistsError, match="60 %"):
        client.online_deployments.begin_delete("green", "life")
    split(client, "life", {"blue": 100})
    client.online_deployments.begin_delete("green", "life").result()
    client.online_endpoints.begin_delete("life").result()
    assert [one.name for one in client.online_endpoints.list()] == ["configured"]
    with pytest.raises(ResourceNotFoundError):
        client.online_endpoints.get("life")


def test_a_regenerated_key_opens_and_the_former_one_does_not(client):
    create(client, "keys", auth_mode="key")
    deploy(client, "keys")
    url = split(client, "keys", {"blue": 100}).scoring_uri
    before = client.online_endpoints.get_keys("keys")
    client.online_endpoints.begin_regenerate_keys("keys", key_type="primary").result()
    after = client.online_endpoints.get_keys("keys")
    assert after.secondary_key == before.secondary_key
    keys = (before.primary_key, after.primary_key, after.secondary_key)
    assert [status(url, key) for key in keys] == [401, 200, 200]
    client.online_endpoints.begin_regenerate_keys("keys", key_type="secondary").result()
    assert [status(url, key) for key in keys] == [401, 200, 401]


@pytest.mark.parametrize("mode", ["aml_token", "aad_token"])
def test_tokens_open_endpoints_of_their_mode(client, request_file, mode):
    name = mode.replace("_", "-")
    assert create(client, name, auth_mode=mode).auth_mode == mode
    deploy(client, name)
    url = split(client, name, {"blue": 100}).scoring_uri
    token = client.online_endpoints.get_keys(name)
    assert status(url, token.access_token) == 200
    assert status(url, token.access_token + "x") == 401
    assert json.loads(client.online_endpoints.invoke(endpoint_name=name, request_file=request_file)) == ["hello"]


def test_what_was_configured_otherwise_is_managed_too(client, emulator):
    assert client.online_endpoints.get("configured").traffic == {"default": 100}
    deploy(client, "configured", "green")
    assert split(client, "configured", {"default": 10, "green": 90}).traffic == {"default": 10, "green": 90}
    hosted = emulator["configured"]
    assert status(hosted.url, hosted.key, **{"azureml-model-deployment": "green"}) == 200
    split(client, "configured", {"default": 100})
    client.online_deployments.begin_delete("green", "configured").result()


@pytest.mark.parametrize(
    ("traffic", "mirror", "words"),
    [
        ({"blue": 90}, {}, "sum of 0 or 100"),
        ({"blu": 100}, {}, "did you mean 'blue'"),
        ({"blue": 100}, {"blue": 10}, "mirror_traffic"),
    ],
)
def test_wrong_traffic_is_refused_in_words(client, traffic, mirror, words):
    create(client, "wrong")
    deploy(client, "wrong")
    with pytest.raises(HttpResponseError, match=words) as refusal:
        split(client, "wrong", traffic, mirror)
    assert refusal.value.status_code == 400


def test_an_unknown_model_is_refused_with_a_way_out(client):
    create(client, "unknown")
    with pytest.raises(HttpResponseError, match=r"properties\.model: .*emulator\.schema"):
        deploy(client, "unknown", model="azureml://registries/azureml/models/never-heard-of/versions/1")


def test_a_serverless_endpoint_talks_to_the_inference_sdk(client):
    wanted = ServerlessEndpoint(name="talk", model_id=LLAMA)
    made = client.serverless_endpoints.begin_create_or_update(wanted).result()
    assert client.serverless_endpoints.get("talk").scoring_uri == made.scoring_uri
    assert [one.name for one in client.serverless_endpoints.list()] == ["talk"]
    keys = client.serverless_endpoints.get_keys("talk")
    with ChatCompletionsClient(made.scoring_uri, AzureKeyCredential(keys.secondary_key)) as chat:
        answer = chat.complete(messages=[{"role": "user", "content": "hello"}])
    assert answer.choices[0].message.content == "hello"
    with pytest.raises(TypeError, match="name"):  # the SDK's own: it calls a client of its own by another name
        client.serverless_endpoints.begin_regenerate_keys("talk")
    client.serverless_endpoints.begin_delete("talk").result()
    with pytest.raises(ResourceNotFoundError):
        client.serverless_endpoints.get("talk")


ENDPOINT_YAML = """\
$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json
name: from-yaml
auth_mode: key
"""
DEPLOYMENT_YAML = """\
$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: blue
endpoint_name: from-yaml
model:
  path: model/
code_configuration:
  code: code/
  scoring_script: score.py
environment:
  conda_file: conda.yml
  image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04:latest
instance_type: Standard_DS3_v2
instance_count: 1
"""


def test_azure_s_own_files_are_loaded_by_the_sdk(client, tmp_path):
    for name, text in {
        "endpoint.yml": ENDPOINT_YAML,
        "blue.yml": DEPLOYMENT_YAML,
        "conda.yml": "name: it\ndependencies: [python=3.11]\n",
        "code/score.py": "def init(): pass\ndef run(data): return data\n",
        "model/weights": "1",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    client.online_endpoints.begin_create_or_update(load_online_endpoint(str(tmp_path / "endpoint.yml"))).result()
    file = str(tmp_path / "blue.yml")
    with pytest.raises(HttpResponseError, match=r"params_override=\[\{'model'"):
        client.online_deployments.begin_create_or_update(load_online_deployment(file)).result()
    override = [{"model": "azureml:mine:1"}]
    blue = load_online_deployment(file, params_override=override)
    assert client.online_deployments.begin_create_or_update(blue).result().model.endswith("/models/mine/versions/1")
    split(client, "from-yaml", {"blue": 100})
    (tmp_path / "data.json").write_text('{"data": [[1, 2]]}', encoding="utf-8")
    assert client.online_endpoints.invoke(endpoint_name="from-yaml", request_file=str(tmp_path / "data.json"))


def test_models_are_registered(client):
    registered = Model(name="mine", version="3", path="azureml://datastores/x/paths/y", type="mlflow_model")
    client.models.create_or_update(registered)
    assert client.models.get("mine", version="3").type == "mlflow_model"
    assert [one.version for one in client.models.list("mine")] == ["3"]
    assert client.workspaces.get("emulator").location == "eastus2"


def test_the_client_is_microsoft_s_and_leaves_nothing_behind(client, emulator):
    assert type(client.client) is MLClient
    before = dict(os.environ)
    second = ml_client(emulator, workspace_name="another")
    assert dict(os.environ) == before
    assert [one.name for one in second.online_endpoints.list()] == [
        one.name for one in client.online_endpoints.list()
    ]


def test_the_credential_is_of_no_use_elsewhere(client):
    with pytest.raises(ClientAuthenticationError, match="emulator alone"):
        client.client._credential.get_token("https://management.azure.com/.default")


def test_two_emulators_have_a_client_each(client):
    with Emulator(seed=2) as other:
        assert list(ml_client(other).online_endpoints.list()) == []
        assert list(client.online_endpoints.list())


def test_an_emulator_that_speaks_https_has_one_too(tmp_path, request_file):
    from azureml_emulator.arm.certificate import issued

    context, authority = issued("127.0.0.1")
    (tmp_path / "ca.pem").write_text(authority, encoding="utf-8")
    with Emulator(ssl_context=context) as emulator:
        client = ml_client(emulator, ca_file=str(tmp_path / "ca.pem"))
        create(client, "safe")
        deploy(client, "safe")
        assert split(client, "safe", {"blue": 100}).scoring_uri.startswith("https://")
        assert json.loads(client.online_endpoints.invoke("safe", request_file=request_file)) == ["hello"]


BLOCKS = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("code", "shown"), BLOCKS)
def test_the_page_runs_and_prints_what_it_shows(code, shown, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "docs/arm.md", "exec"), {"__name__": "documentation"})
    assert printed.getvalue().lstrip(".") == shown  # the SDK prints a dot for each time it polls
    assert len([line for line in code.splitlines() if line]) == 10


def test_the_page_has_its_script():
    assert len(BLOCKS) == 1


def test_the_table_lists_what_these_tests_call():
    listed = set(re.findall(r"^\| `(\w+\.\w+)`", PAGE, re.MULTILINE))
    assert listed == used
