"""The shape of what a file deploys: by its model, its files, its container."""

from pathlib import Path

import pytest

from azureml_emulator.azure_files import shape
from azureml_emulator.azure_files.deployment import (
    CodeConfiguration,
    Environment,
    InferenceConfig,
    Model,
    OnlineDeployment,
    Route,
)
from azureml_emulator.azure_files.endpoints import ServerlessEndpoint

META = "azureml://registries/azureml-meta/models/"
OWN = "azureml://registries/otters/models/"
SCRIPT = CodeConfiguration("score.py", "src")


def container(path, image="otters.example.io/den:1"):
    route = Route(path, 8000)
    return Environment(image=image, inference_config=InferenceConfig(route, route, route))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"model": f"{META}Llama-2-7b-chat/versions/1"}, "llama-chat"),
        ({"model": "azureml:Llama-2-7b-chat:1", "code_configuration": SCRIPT}, "llama-chat"),
        ({"model": Model(name="distilgpt2", path="x")}, "catalog"),
        ({"model": Model(path="x", type="mlflow_model"), "code_configuration": SCRIPT}, "mlflow"),
        ({"model": Model(path="trees")}, "mlflow"),
        ({"model": "azureml:otters:1"}, "mlflow"),
        ({"model": f"{OWN}otters/versions/1"}, "mlflow"),
        ({"environment_variables": {"MLFLOW_MODEL_FOLDER": "m"}, "environment": container("/score")}, "mlflow"),
        ({"environment": container("/score", "otters.example.io/mlflow-den")}, "mlflow"),
        ({"model": "azureml:otters:1", "code_configuration": SCRIPT, "environment": "azureml:e:1"}, "score-py"),
        ({"model": Model(path="x"), "code_configuration": SCRIPT}, "score-py"),
        ({"model": Model(path="x", properties={"azureml.promptflow.mode": "chat"})}, "prompt-flow"),
        ({"environment": container("/score", "example.io/promptflow/promptflow-runtime")}, "prompt-flow"),
        ({"environment": container("/v1/models/otters:predict")}, "tensorflow-serving"),
        ({"environment": container("/predictions/otters")}, "json"),
        ({"environment": "azureml:otters-pkg@latest"}, "json"),
        ({"code_configuration": CodeConfiguration("plumber.R"), "environment": "azureml:r:1"}, "json"),
        ({"model": Model(path="x", type="triton_model")}, "json"),
    ],
)
def test_it_is_told(said, expected, tmp_path):
    (tmp_path / "trees").mkdir()
    (tmp_path / "trees" / "MLmodel").touch()
    choice = shape.of_deployment(OnlineDeployment("blue", **said), tmp_path)
    assert choice.schema.name == expected
    assert choice.why


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/score", "/score"), ("/predictions/otters", "/predictions/otters"), ("/", "/score")],
)
def test_a_containers_scoring_route_is_where_it_scores(path, expected):
    said = OnlineDeployment("blue", model="gpt2", environment=container(path))
    assert shape.of_deployment(said, Path()).schema.paths == (expected,)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "missing, and so is the environment"),
        (
            {"model": f"{META}Llama-2-7b-chatt/versions/1"},
            "no dedicated shape is known for the model 'Llama-2-7b-chatt'",
        ),
    ],
)
def test_it_cannot_be_told(said, expected):
    with pytest.raises(ValueError, match=expected):
        shape.of_deployment(OnlineDeployment("blue", **said), Path())


def test_serverless_models_of_the_catalog_have_their_own_shape_and_others_chat():
    def of(model):
        return shape.of_serverless(ServerlessEndpoint("otter", model)).schema.name

    assert of(f"{META}Llama-2-7b") == "completions"
    assert of("azureml://locations/x/workspaces/y/models/otter-distilled/versions/1") == "chat"
    with pytest.raises(ValueError, match="no serverless shape is known for the model 'otter'"):
        of(f"{META}otter")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (ServerlessEndpoint("otter", f"{META}Llama-2-7b"), "Llama-2-7b"),
        (OnlineDeployment("a", model="azureml:otters:3"), "otters"),
        (OnlineDeployment("a", model=Model(name="otters", path="x")), "otters"),
        (OnlineDeployment("a", model=Model(path="x")), None),
        (OnlineDeployment("a", model="./x"), None),
        (OnlineDeployment("a"), None),
    ],
)
def test_the_models_name(said, expected):
    assert shape.model_name(said) == expected
