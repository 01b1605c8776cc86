"""A scenario before it plays: each of its steps must be such that the endpoints that there are can take it."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from azureml_emulator import explanation, setting_names, yaml_source
from azureml_emulator.changes import changed
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.errors import ConfigError
from azureml_emulator.scenario import Scenario, Step
from azureml_emulator.spelling import nearest
from azureml_emulator.yaml_source import Loc, Source


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


def rehearsed(given: Scenario | Mapping[str, Any] | str | Path, endpoints: Iterable[Endpoint]) -> Scenario:
    """Give the scenario that is meant by a value of it, its settings or a file, once it is checked against endpoints.

    Raises `ConfigError`: a line for each thing wrong, with file and line if there is a file.
    """
    source = read(str(given)) if isinstance(given, str | Path) else Source(given, "scenario")
    try:
        scenario = TypeAdapter(Scenario).validate_python(source.document)
    except ValidationError as error:
        known = partial(setting_names.at, Scenario)
        raise ConfigError(explanation.lines(error, source, known)) from None
    check(scenario, endpoints, source)
    return scenario


def check(scenario: Scenario, endpoints: Iterable[Endpoint], source: Source, at: Loc = ()) -> None:
    """Take each step in thought. `at` is where the scenario stands in its document. Raises `ConfigError`."""
    configured = {one.name: one for one in endpoints}
    now = dict(configured)
    lines: list[str] = []
    for index, step in sorted(enumerate(scenario.steps), key=lambda one: one[1].at):
        place = (*at, "steps", index)
        if step.endpoint is not None and step.endpoint not in configured:
            what = f"no endpoint {step.endpoint!r}{nearest(step.endpoint, configured)}"
            known = ", ".join(configured) or "none"
            lines.append(explanation.line(source, (*place, "endpoint"), f"{what}; there are: {known}"))
            continue
        for name in [step.endpoint] if step.endpoint else configured:
            try:
                now[name] = _taken(step, now[name], configured[name], source, place)
            except ConfigError as error:
                lines += str(error).splitlines()
    if lines:
        raise ConfigError("\n".join(dict.fromkeys(lines)))


def _taken(step: Step, now: Endpoint, configured: Endpoint, source: Source, at: Loc) -> Endpoint:
    names = [one.name for one in now.deployments]
    if step.deployment is not None and step.deployment not in names:
        what = f"{now.name} has no deployment {step.deployment!r}{nearest(step.deployment, names)}"
        raise ConfigError(explanation.line(source, (*at, "deployment"), f"{what}; there are: {', '.join(names)}"))
    if step.recover:
        now = now.recovered(configured, step.deployment or "")
    return changed(now, step.set, step.deployment or "", source, (*at, "set")) if step.set else now
