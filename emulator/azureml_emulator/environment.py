"""Settings from environment variables, for service containers, which take no arguments.

`AZUREML_EMULATOR_PORT=8900` is `port: 8900`; two underscores go one level down, into a list by number or by
name: `AZUREML_EMULATOR_ENDPOINTS__GPT2__KEY=secret`. A value that starts with `{`, `[` or `"` is JSON. An empty
variable is none.
"""

import copy
import json
import re
from collections.abc import Mapping
from typing import Any

from azureml_emulator.endpoint import built_in
from azureml_emulator.errors import ConfigError
from azureml_emulator.yaml_source import Loc

PREFIX = "AZUREML_EMULATOR_"

_APART = frozenset({"CONFIG"})
_LINKED = re.compile(r"(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP)(_\w+)?)")
"""What Kubernetes and Docker links set in every container for a service whose name begins like ours."""


def overlay(document: Mapping[str, Any], variables: Mapping[str, str]) -> tuple[dict[str, Any], dict[Loc, str]]:
    """Lay the variables over a configuration, which is not changed; say which variable each setting came from.

    Raises `ConfigError` naming the variable.
    """
    result = copy.deepcopy(dict(document))
    origins: dict[Loc, str] = {}
    # names come last: others look for them
    for variable in sorted(variables, key=lambda one: (one.endswith("NAME"), one)):
        text = variables[variable]
        if not text or not _ours(variable, text):
            continue
        steps = variable.removeprefix(PREFIX).lower().split("__")
        if steps[0] == "endpoints" and len(steps) > 1 and "endpoints" not in result:
            result["endpoints"] = [{"name": one.name, "schema": one.name} for one in built_in()]
        origins[_Place(variable).put(result, steps, _value(text, variable))] = variable
    return result, origins


def _ours(variable: str, text: str) -> bool:
    name = variable.removeprefix(PREFIX)
    if name == variable or name in _APART or _LINKED.fullmatch(name):
        return False
    return not (name.endswith("PORT") and "://" in text) and not (name.endswith("NAME") and text.startswith("/"))


def _value(text: str, variable: str) -> Any:
    if text[0] not in '{["':
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if text[0] == '"':
            return text
        raise ConfigError(f"{variable}: starts like JSON, but is none: {error}") from None


class _Place:
    """Finds the place in a document that a variable's name means."""

    def __init__(self, variable: str) -> None:
        self._variable = variable

    def put(self, document: dict[str, Any], steps: list[str], value: Any) -> Loc:
        """Set a value; give the path it was set at."""
        target: Any = document
        loc: Loc = ()
        for step in steps[:-1]:
            at = self._at(target, step)
            loc = (*loc, at)
            if isinstance(target, dict):
                below = target.setdefault(at, {})
                target[at] = {"type": below} if isinstance(below, str) else below  # `answer: faker` in long
            target = target[at]
        at = self._at(target, steps[-1])
        target[at] = value
        return (*loc, at)

    def _at(self, target: Any, step: str) -> Any:
        if isinstance(target, dict):  # deployments and the like may have dashes and capitals, variables have not
            return next((known for known in target if _spelt(str(known)) == step), step)
        if not isinstance(target, list):
            raise ConfigError(f"{self._variable}: {step!r} is a level too deep")
        names = [_spelt(str(one.get("name", ""))) if isinstance(one, dict) else "" for one in target]
        if step.isdecimal() and len(step) < 5 and int(step) < len(target):
            return int(step)
        if step in names:
            return names.index(step)
        raise ConfigError(f"{self._variable}: expected one of {', '.join(names)}, or a number, not {step!r}")


def _spelt(name: str) -> str:
    return name.lower().replace("-", "_")
