"""The configuration: a YAML file, environment variables over it, command-line options over both."""

import dataclasses
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from azureml_emulator import environment, yaml_source
from azureml_emulator.answers import AnswerSource
from azureml_emulator.endpoint import Deployment, Endpoint, Port, RequestSettings, Whole, built_in
from azureml_emulator.errors import ConfigError
from azureml_emulator.latency import Latency
from azureml_emulator.schema import path
from azureml_emulator.spelling import nearest
from azureml_emulator.variant import Variant, settings_of
from azureml_emulator.yaml_source import Source


@dataclass(frozen=True, config=ConfigDict(extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True))
class Config:
    """Everything `azureml-emulator serve` can be told."""

    endpoints: tuple[Endpoint, ...] = field(default_factory=lambda: tuple(built_in()))
    """The endpoints; if left out, one for each wire shape."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: Port = 8900
    """The main port; the endpoints without a port of their own take the ones after it (0: any free ones)."""
    seed: Whole = 0
    """Decides everything that is random."""
    log_format: Literal["text", "json"] = "text"
    """How requests are logged, on standard error."""
    print_urls: Literal["table", "json"] = "table"
    """How the endpoints are shown, on standard output."""
    ready_file: str | None = None
    """A file that is written when all ports are open, and removed at the end."""
    journal: Annotated[Whole, Field(ge=0)] = 1000
    """How many exchanges are remembered."""
    max_body_mb: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 100
    """The largest request body, in MB."""
    drain_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 10
    """How long open answers may take after the signal to stop, in seconds."""

    def __post_init__(self) -> None:
        named = [self.port, *(one.port for one in self.endpoints if one.port is not None)]
        twice = next((port for port in named if port and named.count(port) > 1), None)
        if twice:
            raise ValueError(f"port {twice} is asked for twice, by endpoints or the main port")


def json_schema() -> dict[str, Any]:
    """Describe configuration files, for editors."""
    described = TypeAdapter(Config).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **described,
        "title": "azureml-emulator configuration",
    }


def load(
    file: str | None = None,
    variables: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Config:
    """Read the configuration. Raises `ConfigError`: a line for each thing wrong, with file, line and path."""
    variables = variables or {}
    file = file or variables.get(environment.PREFIX + "CONFIG")
    source = _read(file) if file else Source({}, "")
    document = {} if source.document is None else source.document
    if not isinstance(document, dict):
        found = type(document).__name__
        raise ConfigError(f"{source.name}: expected settings by name, such as 'endpoints:', not a {found}")
    overlaid, origins = environment.overlay(document, variables)
    given = {name: value for name, value in (options or {}).items() if value is not None}
    return check({**overlaid, **given}, replace(source, origins={**origins, **{(name,): "" for name in given}}))


def check(document: Mapping[str, Any], source: Source | None = None) -> Config:
    """Validate settings. Raises `ConfigError`."""
    try:
        return TypeAdapter(Config).validate_python(document)
    except ValidationError as error:
        wrong = sorted(
            error.errors(include_url=False), key=lambda one: one["type"] != _UNKNOWN
        )  # typos explain the rest
        raise ConfigError("\n".join(_explain(one, source or Source(document, "")) for one in wrong)) from None


_UNKNOWN = "unexpected_keyword_argument"


def _read(file: str) -> Source:
    try:
        return yaml_source.read(Path(file).read_text(encoding="utf-8"), file)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: expected UTF-8 text") from None


def _explain(error: Any, source: Source) -> str:
    loc = _as_written(error["loc"])
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == _UNKNOWN:
        known = _settings_at(error["loc"][:-1])
        message = f"unknown setting{nearest(str(loc[-1]), known)}; expected one of {', '.join(known)}"
    elif error["type"] == "string_pattern_mismatch":
        message = f"expected to match {error['ctx']['pattern']}"
    elif error["type"] == "string_type" and not isinstance(error["input"], list | dict):
        message = "expected a text; put it in quotes"
    elif error["type"] == "dataclass_type":
        message = "expected settings by name"
    shown = error["input"]
    secret = loc and loc[-1] in ("key", "secondary_key", "signing_key")
    if error["type"] not in ("missing", _UNKNOWN) and not secret and _short(shown):
        message += f", not {shown!r}"
    return f"{source.place(loc)}{path(loc)}: {message}" if loc else f"{source.place(loc)}{message}"


def _as_written(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Leave out the names of variants, which are a level for the validator but none in the file."""
    return tuple(step for at, step in enumerate(loc) if not (at and loc[at - 1] in _FAMILIES))


def _short(value: Any) -> bool:
    return value is None or (isinstance(value, str | int | float) and len(str(value)) < 80)


_FAMILIES: dict[str | int, type[Variant]] = {"answer": AnswerSource, "latency": Latency}


def _settings_at(loc: tuple[str | int, ...]) -> list[str]:
    """Name the settings of the place that a location points to."""
    if len(loc) > 1 and loc[-2] in _FAMILIES:
        return ["type", *settings_of(_FAMILIES[loc[-2]].members()[str(loc[-1])])]
    if loc and loc[-1] == "request_settings":
        return [one.name for one in dataclasses.fields(RequestSettings)]
    owner = Deployment if "deployments" in loc else Endpoint if loc else Config
    return [one.name for one in dataclasses.fields(owner)]
