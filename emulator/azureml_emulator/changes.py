"""Changes to an endpoint that runs: what may change, checked, and refused in the words of the configuration."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import ValidationError

from azureml_emulator import explanation, setting_names
from azureml_emulator.endpoint import Deployment, Endpoint, changeable
from azureml_emulator.errors import ConfigError
from azureml_emulator.spelling import nearest
from azureml_emulator.yaml_source import Loc, Source


def changed(
    endpoint: Endpoint,
    settings: Mapping[str, Any],
    deployment: str = "",
    source: Source | None = None,
    at: Loc = (),
) -> Endpoint:
    """Give an endpoint with other settings, those of one of its deployments if that is named.

    `at` is where in a document the settings stand. Raises `ConfigError`: a line for each thing wrong.
    """
    who = f"{endpoint.name}/{deployment}" if deployment else endpoint.name
    source = source or Source(settings, who)
    owner = Deployment if deployment else Endpoint
    wrong = [_unknown(name, owner, source, (*at, name)) for name in settings if name not in changeable(owner)]
    if wrong:
        raise ConfigError("\n".join(wrong))
    try:
        return endpoint.changed(deployment, **settings)
    except ValidationError as error:
        known = partial(setting_names.at, owner)
        raise ConfigError(
            explanation.lines(error, source, known, lambda loc: (*at, *setting_names.as_written(loc)))
        ) from None
    except ValueError as error:
        raise ConfigError(explanation.line(source, at, str(error))) from None


def _unknown(name: str, owner: type, source: Source, at: Loc) -> str:
    known = changeable(owner)
    if name in setting_names.at(owner, ()):
        what = "cannot change while the endpoint runs"
    else:
        what = f"unknown setting{nearest(str(name), known)}; expected one of {', '.join(known)}"
    return explanation.line(source, at, what)
