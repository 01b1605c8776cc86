"""The bodies of requests to the control plane, as far as the emulator looks into them; the rest is kept as said."""

import re
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from azureml_emulator.arm.errors import BadRequest
from azureml_emulator.errors import BadBody
from azureml_emulator.request import parse
from azureml_emulator.schema import path as spelt

Body = TypeVar("Body", bound="Part")

Tags = dict[str, str]

_DURATION = re.compile(r"P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


class Part(BaseModel):
    """A JSON object; what is null counts as left out."""

    model_config = ConfigDict(alias_generator=to_camel, hide_input_in_errors=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        return {name: one for name, one in value.items() if one is not None} if isinstance(value, dict) else value


def _whole(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("expected a whole number")
    return value


def _duration(value: Any) -> Any:
    if not isinstance(value, str) or len(value) > 40 or not _DURATION.fullmatch(value):
        raise ValueError("expected an ISO 8601 duration such as PT1M30S")
    return value


def _auth_mode(value: Any) -> Any:
    known = {"key": "key", "amltoken": "aml_token", "aadtoken": "aad_token"}
    if not isinstance(value, str) or value.lower() not in known:
        raise ValueError("expected Key, AMLToken or AADToken")
    return known[value.lower()]


Percent = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=100)]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=1_000_000)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Traffic = dict[str, Percent]


class Keys(Part):
    """Keys of the caller's own choice, for a new endpoint."""

    primary_key: str = ""
    secondary_key: str = ""


class EndpointProperties(Part):
    """Of an online endpoint."""

    auth_mode: Annotated[str, BeforeValidator(_auth_mode)] = "key"
    traffic: Traffic = {}
    mirror_traffic: Traffic = {}
    keys: Keys = Keys()


class EndpointBody(Part):
    """An online endpoint."""

    tags: Tags = {}
    properties: EndpointProperties


class RequestSettings(Part):
    """How many requests a deployment takes, and for how long; the defaults are Azure's (documented)."""

    max_concurrent_requests_per_instance: Count = 1
    request_timeout: Duration = timedelta(seconds=5)
    max_queue_wait: Duration = timedelta(seconds=0.5)


class CodeConfiguration(Part):
    """The scoring script, which the emulator does not run."""

    scoring_script: str | None = None


class DeploymentProperties(Part):
    """Of an online deployment."""

    model: str | None = None
    environment_id: str | None = None
    code_configuration: CodeConfiguration | None = None
    environment_variables: dict[str, str] = {}
    request_settings: RequestSettings = RequestSettings()


class Sku(Part):
    """The number of instances."""

    capacity: Count = 1


class DeploymentBody(Part):
    """An online deployment."""

    tags: Tags = {}
    properties: DeploymentProperties
    sku: Sku = Sku()


class ModelSettings(Part):
    """The model of a serverless endpoint."""

    model_id: str


class ServerlessProperties(Part):
    """Of a serverless endpoint."""

    model_settings: ModelSettings


class ServerlessBody(Part):
    """A serverless endpoint."""

    tags: Tags = {}
    properties: ServerlessProperties


class RegenerateBody(Part):
    """Which key to make anew, and the value that the caller names with it."""

    key_type: Annotated[str, Field(pattern="(?i)^(primary|secondary)$")]
    key_value: str = ""


class LogsBody(Part):
    """How many of the last lines, and of which container."""

    tail: Annotated[int, BeforeValidator(_whole), Field(ge=0)] | None = None
    container_type: str = "InferenceServer"


class AssetBody(Part):
    """A version of a model or an environment."""

    properties: dict[str, Any] = {}


def document(body: bytes) -> dict[str, Any]:
    """Parse a body. Raises `BadRequest` if it is no JSON object."""
    value = parse(body)
    if isinstance(value, BadBody):
        raise BadRequest("The request body is empty." if not body else "The request body is not JSON.")
    if not isinstance(value, dict):
        raise BadRequest("The request body must be a JSON object.")
    return value


def read(kind: type[Body], value: Any) -> Body:
    """Read a body. Raises `BadRequest` that names the first field that is not as it should be."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise refusal(error) from None


def refusal(error: ValidationError) -> BadRequest:
    """Say what is wrong with a body."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = spelt(first["loc"]) if first["loc"] else ""
    message = first["msg"].removeprefix("Value error, ")
    return BadRequest(f"{field}: {message}" if field else message, field)


def checked_name(name: str, rule: Any, what: str) -> str:
    """Check a name by Azure's rule, a type of pydantic's. Raises `BadRequest`."""
    try:
        checked: str = TypeAdapter(rule).validate_python(name)
    except ValidationError as error:
        message = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise BadRequest(f"{what} name {name[:80]!r}: {message}", "name") from None
    return checked
