"""The configuration: a YAML file, environment variables over it, command-line options over both."""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from azureml_emulator import environment, explanation, files, rehearsal, setting_names, yaml_source
from azureml_emulator.attribute_docs import Described
from azureml_emulator.changes import Said
from azureml_emulator.endpoint import Endpoint, built_in
from azureml_emulator.errors import ConfigError
from azureml_emulator.scenario import Scenario
from azureml_emulator.setting_types import Port, Whole
from azureml_emulator.yaml_source import Source


def _or_a_file(setting: dict[str, Any]) -> None:
    setting["anyOf"] = [{"type": "string"}, *setting["anyOf"]]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", hide_input_in_errors=True))
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
    reload: bool = True
    """Whether saving a file that was given takes effect at once, without a restart."""
    drain_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 10
    """How long open answers may take after the signal to stop, in seconds."""
    scenario: Scenario | None = Field(default=None, json_schema_extra=_or_a_file)
    """What happens in the course of time: the name of a scenario's file, or what would stand in it."""

    def __post_init__(self) -> None:
        named = [self.port, *(one.port for one in self.endpoints if one.port is not None)]
        twice = next((port for port in named if port and named.count(port) > 1), None)
        if twice:
            raise ValueError(f"port {twice} is asked for twice, by endpoints or the main port")


_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def _bounded(form: Any) -> Any:
    """Call the bounds of numbers as JSON Schema does: behind a check of our own, pydantic leaves Python's names."""
    if isinstance(form, list):
        return [_bounded(one) for one in form]
    if not isinstance(form, dict):
        return form
    number = form.get("type") in ("number", "integer")
    return {_BOUNDS.get(name, name) if number else name: _bounded(value) for name, value in form.items()}


def json_schema() -> dict[str, Any]:
    """Describe configuration files, for editors."""
    described = _bounded(TypeAdapter(Config).json_schema(schema_generator=Described))
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
    return overlaid(read(file) if file else Source({}, ""), variables, options or {})


def read(file: str) -> Source:
    """Read a configuration file, without checking more than that it has settings. Raises `ConfigError`."""
    source = yaml_source.read(text_of(file), file)
    document = {} if source.document is None else source.document
    if not isinstance(document, dict):
        found = type(document).__name__
        raise ConfigError(f"{source.name}: expected settings by name, such as 'endpoints:', not a {found}")
    return replace(source, document=document)


def text_of(file: str) -> str:
    """Read a file. Raises `ConfigError`."""
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: expected UTF-8 text") from None


def overlaid(
    source: Source,
    variables: Mapping[str, str],
    options: Mapping[str, Any],
    complete: Callable[[dict[str, Any]], None] = lambda _: None,
) -> Config:
    """Lay variables and options over a configuration, and check it. Raises `ConfigError`.

    `complete` is given the document before that is checked, to fill in what nobody said.
    """
    document, origins = environment.overlay(source.document, variables)
    given = {name: value for name, value in options.items() if value is not None}
    complete(document)
    document = {**document, **given}
    source = replace(source, origins={**origins, **{(name,): "" for name in given}})
    return check(*_with_scenario(document, source))


def _with_scenario(document: Mapping[str, Any], source: Source) -> tuple[Mapping[str, Any], Source]:
    """Read the scenario's file, if one is named."""
    file = document.get("scenario")
    if not isinstance(file, str):
        return document, source
    read = rehearsal.read(file if ("scenario",) in source.origins else str(Path(source.name).parent / file))
    origins = {at: origin for at, origin in source.origins.items() if at != ("scenario",)}
    parts = {**source.parts, ("scenario",): (read, ())}
    return {**document, "scenario": read.document}, replace(source, origins=origins, parts=parts)


def check(document: Mapping[str, Any], source: Source | None = None) -> Config:
    """Validate settings. Raises `ConfigError`."""
    source = source or Source(document, "")
    try:
        config = TypeAdapter(Config).validate_python(document, context=files.beside(source.name))
    except ValidationError as error:
        known = partial(setting_names.at, Config)
        raise ConfigError(explanation.lines(error, source, known, setting_names.as_written)) from None
    if config.scenario is None:
        return config
    file, _ = source.locate(("scenario",))
    said = Said(source, ("scenario",), files.beside(file.name))
    return replace(config, scenario=rehearsal.checked(config.scenario, config.endpoints, said))
