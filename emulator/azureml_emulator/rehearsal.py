"""A scenario before it plays: each of its steps must be such that the endpoints that there are can take it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from azureml_emulator import changes, explanation, files, setting_names, yaml_source
from azureml_emulator.changes import Said
from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.errors import ConfigError
from azureml_emulator.scenario import Scenario, Step
from azureml_emulator.spelling import nearest
from azureml_emulator.yaml_source import Source


def read(file: str) -> Source:
    """Read a scenario's file. Raises `ConfigError` if it is none."""
    try:
        source = yaml_source.read(Path(file).read_text(encoding="utf-8"), file)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: expected UTF-8 text") from None
    if not isinstance(source.document, dict):
        found = type(source.document).__name__
        raise ConfigError(f"{file}: expected settings by name, such as 'steps:', not a {found}")
    return source


def rehearsed(
    given: Scenario | Mapping[str, Any] | str | Path,
    endpoints: Iterable[Endpoint],
    context: Mapping[str, Any] = MappingProxyType({}),
) -> Scenario:
    """Give the scenario that is meant by a value of it, its settings or a file, once it is checked against endpoints.

    Raises `ConfigError`: a line for each thing wrong, with file and line if there is a file.
    """
    source = read(str(given)) if isinstance(given, str | Path) else Source(given, "scenario")
    try:
        scenario = TypeAdapter(Scenario).validate_python(source.document)
    except ValidationError as error:
        known = partial(setting_names.at, Scenario)
        raise ConfigError(explanation.lines(error, source, known)) from None
    near = files.beside(str(given)) if isinstance(given, str | Path) else context
    return checked(scenario, endpoints, Said(source, (), near))


def checked(scenario: Scenario, endpoints: Iterable[Endpoint], said: Said) -> Scenario:
    """Take each step in thought; give the scenario with the values that are meant by its settings.

    `said` is where the scenario stands. Raises `ConfigError`.
    """
    configured = {one.name: one for one in endpoints}
    now = dict(configured)
    steps = list(scenario.steps)
    lines: list[str] = []
    for index, step in sorted(enumerate(scenario.steps), key=lambda one: one[1].at):
        place = said._replace(at=(*said.at, "steps", index))
        try:
            for name in _meant(step, configured, place):
                now[name], steps[index] = _taken(step, now[name], configured[name], place)
        except ConfigError as error:
            lines += str(error).splitlines()
    if lines:
        raise ConfigError("\n".join(dict.fromkeys(lines)))
    return replace(scenario, steps=tuple(steps))


def _meant(step: Step, configured: Mapping[str, Endpoint], said: Said) -> Iterable[str]:
    if step.endpoint is None:
        return configured
    if step.endpoint not in configured:
        what = f"no endpoint {step.endpoint!r}{nearest(step.endpoint, configured)}"
        what += f"; there are: {', '.join(configured) or 'none'}"
        raise ConfigError(explanation.line(said.source, (*said.at, "endpoint"), what))
    return [step.endpoint]


def _taken(step: Step, now: Endpoint, configured: Endpoint, said: Said) -> tuple[Endpoint, Step]:
    names = [one.name for one in now.deployments]
    if step.deployment is not None and step.deployment not in names:
        what = f"{now.name} has no deployment {step.deployment!r}{nearest(step.deployment, names)}"
        what += f"; there are: {', '.join(names)}"
        raise ConfigError(explanation.line(said.source, (*said.at, "deployment"), what))
    deployment = step.deployment or ""
    if step.recover:
        now = now.recovered(configured, deployment)
    said = said._replace(at=(*said.at, "set"))
    values = changes.checked(Deployment if deployment else Endpoint, step.set, said)
    return changes.changed(now, values, deployment, said) if values else now, replace(step, set=values)
