"""What a deployment or a serverless endpoint becomes in the emulator: told as from Azure's own files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.arm.assets import Assets
from azureml_emulator.arm.bodies import DeploymentBody, RequestSettings, ServerlessBody, refusal
from azureml_emulator.arm.errors import BadRequest
from azureml_emulator.azure_files import deployment as said
from azureml_emulator.azure_files import shape, tags, variables
from azureml_emulator.azure_files.endpoints import ServerlessEndpoint
from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.errors import ConfigError
from azureml_emulator.yaml_source import Source

_SAID_AS = {"scoring_timeout_ms": f"properties.environmentVariables.{variables.SCORING_TIMEOUT_MS}"}
_HOW = "name the shape yourself with the tag emulator.schema"


def deployed(name: str, body: DeploymentBody, assets: Assets, shaped: bool) -> Deployment:
    """Give the deployment that a request's body asks for. Raises `BadRequest`.

    `shaped` says that its endpoint names a shape for deployments that have none of their own.
    """
    settings = _tagged(body.tags)
    file = _as_file(name, body, assets)
    entry = {
        "name": name,
        "instance_count": body.sku.capacity,
        "request_settings": _limits(body.properties.request_settings),
        "model": shape.model_name(file),
        **variables.told(body.properties.environment_variables),
        **settings,
    }
    if "schema" not in settings and not shaped:
        try:
            entry["schema"] = shape.of_deployment(file, Path()).schema
        except ValueError as error:
            raise BadRequest(f"properties.model: {error}; {_HOW}", "properties.model") from None
    try:
        return TypeAdapter(Deployment).validate_python(entry)
    except ValidationError as error:
        _refuse(error, settings)


def fronted(door: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """Lay the settings in an endpoint's tags over those of its front door. Raises `BadRequest`."""
    settings = _tagged(given)
    found = {**door, **settings}
    shaped = found.get("schema") is not None
    try:  # an endpoint needs a shape to be checked; it may get its own only with its deployments
        probe = TypeAdapter(Endpoint).validate_python(found if shaped else {**found, "schema": "catalog"})
    except ValidationError as error:
        _refuse(error, settings)
    return {name: getattr(probe, name) for name in found if shaped or name != "schema"}


def serverless(name: str, body: ServerlessBody) -> dict[str, Any]:
    """Give the settings of the serverless endpoint that a request's body asks for. Raises `BadRequest`."""
    settings = _tagged(body.tags)
    file = ServerlessEndpoint(name, body.properties.model_settings.model_id)
    entry = {"name": name, "api_type": SERVERLESS, "model": shape.model_name(file) or name, **settings}
    if "schema" not in settings:
        try:
            entry["schema"] = shape.of_serverless(file).schema
        except ValueError as error:
            field = "properties.modelSettings.modelId"
            raise BadRequest(f"{field}: {error}; {_HOW}", field) from None
    return entry


def _as_file(name: str, body: DeploymentBody, assets: Assets) -> said.OnlineDeployment:
    """Write a request's body as the file that says the same."""
    properties = body.properties
    environment = assets.environment(properties.environment_id)
    code = properties.code_configuration
    return said.OnlineDeployment(
        name,
        model=assets.model(properties.model),
        environment=environment,
        environment_variables=dict(properties.environment_variables),
        code_configuration=said.CodeConfiguration(scoring_script=code.scoring_script) if code else None,
    )


def _tagged(given: Mapping[str, str]) -> dict[str, Any]:
    try:
        return tags.settings(given, Source(dict(given), ""))[0]
    except (ConfigError, TypeError, AttributeError) as error:
        raise BadRequest(str(error), "tags") from None


def _limits(settings: RequestSettings) -> dict[str, int]:
    seconds = settings.request_timeout.total_seconds()
    if not 0.001 <= seconds <= 180:
        field = "properties.requestSettings.requestTimeout"
        raise BadRequest(f"{field}: expected up to PT3M, Azure's limit, not {seconds:g} s", field)
    return {
        "max_concurrent_requests_per_instance": settings.max_concurrent_requests_per_instance,
        "request_timeout_ms": int(seconds * 1000),
        "max_queue_wait_ms": int(settings.max_queue_wait.total_seconds() * 1000),
    }


def _refuse(error: ValidationError, settings: Mapping[str, Any]) -> NoReturn:
    found = refusal(error)
    first = found.target.split(".")[0].split("[")[0]
    field = f"tags.{tags.PREFIX}{first}" if first in settings else _SAID_AS.get(first, first)
    message = found.message.removeprefix(f"{found.target}: ")
    raise BadRequest(f"{field}: {message}" if field else message, field) from None
