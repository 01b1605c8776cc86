"""Changes to an endpoint that runs: what may change, checked, and refused in the words of the configuration."""

from collections.abc import Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Any, NamedTuple, get_type_hints

from pydantic import TypeAdapter, ValidationError

from azureml_emulator import explanation, setting_names
from azureml_emulator.endpoint import Deployment, Endpoint, changeable
from azureml_emulator.errors import ConfigError
from azureml_emulator.spelling import nearest
from azureml_emulator.yaml_source import Loc, Source


class Said(NamedTuple):
    """Where settings stand: in which document, at which place, and the context in which they are validated."""

    source: Source
    at: Loc = ()
    context: Mapping[str, Any] = MappingProxyType({})


def made(settings: Mapping[str, Any]) -> Endpoint:
    """Make an endpoint of its settings. Raises `ConfigError`: a line for each thing wrong."""
    try:
        return Endpoint(**settings)
    except ValidationError as error:
        source, known = Source(settings, str(settings["name"])), partial(setting_names.at, Endpoint)
        raise ConfigError(explanation.lines(error, source, known, setting_names.as_written)) from None


def changed(
    endpoint: Endpoint,
    settings: Mapping[str, Any],
    deployment: str = "",
    said: Said | None = None,
) -> Endpoint:
    """Give an endpoint with other settings, those of one of its deployments if that is named.

    `said` is where the settings stand. Raises `ConfigError`: a line for each thing wrong.
    """
    said = said or Said(Source(settings, f"{endpoint.name}/{deployment}" if deployment else endpoint.name))
    owner = Deployment if deployment else Endpoint
    values = checked(owner, settings, said)
    try:
        return endpoint.changed(deployment, **values)
    except ValidationError as error:
        raise ConfigError(explanation.lines(error, said.source, lambda _: (), lambda _: said.at)) from None
    except ValueError as error:
        raise ConfigError(explanation.line(said.source, said.at, str(error))) from None


def checked(owner: type, settings: Mapping[str, Any], said: Said) -> dict[str, Any]:
    """Give the values of settings of `Endpoint` or `Deployment`, each checked for itself. Raises `ConfigError`."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for name, value in settings.items():
        if name not in changeable(owner):
            wrong.append(explanation.line(said.source, (*said.at, name), _refusal(name, owner)))
            continue
        try:
            values[name] = _adapter(owner, name).validate_python(value, context=dict(said.context))
        except ValidationError as error:
            known = partial(_known, owner, name)
            wrong.append(explanation.lines(error, said.source, known, partial(_written, said.at, name)))
    if wrong:
        raise ConfigError("\n".join(wrong))
    return values


@cache
def _adapter(owner: type, name: str) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(owner, include_extras=True)[name])


def _known(owner: type, name: str, loc: Loc) -> list[str]:
    return setting_names.at(owner, (name, *loc))


def _written(at: Loc, name: str, loc: Loc) -> Loc:
    return (*at, name, *setting_names.as_written(loc))


def _refusal(name: str, owner: type) -> str:
    if name in setting_names.at(owner, ()):
        return "cannot change while the endpoint runs"
    known = changeable(owner)
    return f"unknown setting{nearest(str(name), known)}; expected one of {', '.join(known)}"
