"""The wire shape of what a file of Azure's deploys, where neither a tag nor a configuration names one."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from azureml_emulator.api_type import DEDICATED, SERVERLESS
from azureml_emulator.azure_files.deployment import Environment, Model, OnlineDeployment
from azureml_emulator.azure_files.endpoints import ServerlessEndpoint
from azureml_emulator.azure_files.own_container import OWN_CONTAINER
from azureml_emulator.model_catalog import Model as CatalogModel
from azureml_emulator.model_catalog import shape_of
from azureml_emulator.schema import Schema
from azureml_emulator.schemas import find

CLASSIC, MLFLOW, FLOW, TENSORFLOW = "score-py", "mlflow", "prompt-flow", "tensorflow-serving"
CHAT = "chat"

_CATALOG = re.compile(r"azureml.*|huggingface|nvidia-ai", re.IGNORECASE)
"""The registries whose models are the catalog's; any other is an organisation's own."""
_PREDICT = re.compile(r"/v1/models/[^/]+:predict")


class Choice(NamedTuple):
    """A shape, and why this one."""

    schema: Schema[Any]
    why: str


def of_serverless(said: ServerlessEndpoint) -> Choice:
    """Give the shape of a serverless endpoint: its model's, or chat for a model of one's own.

    That fine-tuned models chat is unverified, but likely. Raises `ValueError` for an unknown model of the catalog.
    """
    try:
        return Choice(*shape_of(said.model_id, SERVERLESS)[::2])
    except ValueError:
        if _of_catalog(said.model_id):
            raise
    return Choice(find(CHAT), "a serverless model of one's own is taken to chat")


def of_deployment(said: OnlineDeployment, folder: Path) -> Choice:
    """Give the shape of an online deployment, at the scoring route of its container.

    `folder` is where paths in the file start. Raises `ValueError` that says how to name a shape.
    """
    choice = _of_model(said) or _of_server(said) or _of_files(said, folder) or _of_container(said)
    if choice is None:
        raise ValueError("missing, and so is the environment")
    path = _route(said)
    if not path or path == "/" or path in choice.schema.paths:
        return choice
    return Choice(replace(choice.schema, paths=(path,)), f"{choice.why}, at its scoring_route {path}")


def model_name(said: OnlineDeployment | ServerlessEndpoint) -> str | None:
    """Give the name of the model, if the file says one."""
    model = said.model_id if isinstance(said, ServerlessEndpoint) else said.model
    if isinstance(model, Model):
        return model.name
    try:
        return CatalogModel.of(model).name if model else None
    except ValueError:
        return None


def _of_catalog(model: str) -> bool:
    try:
        return bool(_CATALOG.fullmatch(CatalogModel.of(model).registry))
    except ValueError:
        return True


def _of_model(said: OnlineDeployment) -> Choice | None:
    """Look the model up in the catalog; one of the catalog's registries must be there."""
    model = said.model.name if isinstance(said.model, Model) else said.model
    if not model:
        return None
    try:
        return Choice(*shape_of(model, DEDICATED)[::2])
    except ValueError:
        if _of_catalog(model):
            raise
    return None


def _of_server(said: OnlineDeployment) -> Choice | None:
    """Tell the servers that bring their own form of requests."""
    properties = said.model.properties or {} if isinstance(said.model, Model) else {}
    if "promptflow" in _image(said) or any(name.startswith("azureml.promptflow.") for name in properties):
        return Choice(find(FLOW), "it is a flow of prompt flow")
    if _PREDICT.fullmatch(_route(said) or ""):
        return Choice(find(TENSORFLOW), "its scoring_route is TensorFlow Serving's")
    return None


def _of_files(said: OnlineDeployment, folder: Path) -> Choice | None:
    """Tell an MLflow model, and a score.py of one's own."""
    model = said.model if isinstance(said.model, Model) else Model()
    if model.type == "mlflow_model":
        return Choice(find(MLFLOW), "its model is of type mlflow_model")
    if model.path and (folder / model.path / "MLmodel").is_file():
        return Choice(find(MLFLOW), f"{model.path} has an MLmodel file")
    script = said.code_configuration.scoring_script if said.code_configuration else None
    if script and script.endswith(".py"):
        return Choice(find(CLASSIC), f"{script} is a scoring script of one's own, taken to read 'data'")
    if said.model and model.type is None and not said.code_configuration and not said.environment:
        return Choice(find(MLFLOW), "a model without code and environment is an MLflow model")
    return None


def _of_container(said: OnlineDeployment) -> Choice | None:
    """Tell MLflow's server by its name, and take any JSON for any other container."""
    if "MLFLOW_MODEL_FOLDER" in (said.environment_variables or {}) or "mlflow" in _image(said):
        return Choice(find(MLFLOW), "its container is named for MLflow")
    if said.environment or said.code_configuration or said.model:
        return Choice(OWN_CONTAINER, "its container is one's own; any JSON is taken, and given back")
    return None


def _image(said: OnlineDeployment) -> str:
    """Give the image or the reference that names the environment."""
    environment = said.environment
    return (environment.image if isinstance(environment, Environment) else environment) or ""


def _route(said: OnlineDeployment) -> str | None:
    """Give the path that the container scores at, if the file says it."""
    environment = said.environment
    config = environment.inference_config if isinstance(environment, Environment) else None
    return config.scoring_route.path if config else None
