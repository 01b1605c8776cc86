"""Settings from environment variables, for service containers, which take no arguments.

`AZUREML_EMULATOR_PORT=8900` is `port: 8900`; two underscores go one level down, into a list by number or by
name: `AZUREML_EMULATOR_ENDPOINTS__GPT2__KEY=secret`. A value that starts with `{` or `[` is JSON.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from azureml_emulator.endpoint import built_in
from azureml_emulator.errors import ConfigError

PREFIX = "AZUREML_EMULATOR_"

_APART = frozenset({"CONFIG"})
_KUBERNETES = re.compile(r"(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP)(_\w+)?)")
"""What Kubernetes and Docker links set in every container once a service is called azureml-emulator."""


def overlay(document: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """Lay the variables over a configuration, which is not changed. Raises `ConfigError` naming the variable."""
    result: dict[str, Any] = json.loads(json.dumps(document)) if _plain(document) else dict(document)
    for variable, text in sorted(variables.items()):
        name = variable.removeprefix(PREFIX)
        if not variable.startswith(PREFIX) or name in _APART or _KUBERNETES.fullmatch(name):
            continue
        if name == "PORT" and "://" in text:
            continue
        *above, last = name.lower().split("__")
        if above and above[0] == "endpoints" and "endpoints" not in result:
            result["endpoints"] = [{"name": one.name, "schema": one.name} for one in built_in()]
        target = result
        for step in above:
            target = _below(target, step, variable)
        _set(target, last, _value(text, variable), variable)
    return result


def _plain(document: Mapping[str, Any]) -> bool:
    try:
        json.dumps(document)
    except (TypeError, ValueError):
        return False
    return True


def _value(text: str, variable: str) -> Any:
    if text[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise ConfigError(f"{variable}: starts like JSON, but is none: {error}") from None


def _below(target: Any, step: str, variable: str) -> Any:
    if isinstance(target, list):
        return target[_index(target, step, variable)]
    if isinstance(target, dict):
        return target.setdefault(_key(target, step), {})
    raise ConfigError(f"{variable}: {step!r} is a level too deep")


def _set(target: Any, last: str, value: Any, variable: str) -> None:
    if isinstance(target, list):
        target[_index(target, last, variable)] = value
    elif isinstance(target, dict):
        target[_key(target, last)] = value
    else:
        raise ConfigError(f"{variable}: {last!r} is a level too deep")


def _key(target: Mapping[str, Any], step: str) -> str:
    """Names of deployments and the like may have dashes and capitals, which variables have not."""
    return next((known for known in target if _spelt(known) == step), step)


def _index(target: list[Any], step: str, variable: str) -> int:
    names = [_spelt(str(one.get("name", ""))) if isinstance(one, dict) else "" for one in target]
    if step.isdecimal() and int(step) < len(target):
        return int(step)
    if step in names:
        return names.index(step)
    raise ConfigError(f"{variable}: expected one of {', '.join(names)}, or a number, not {step!r}")


def _spelt(name: str) -> str:
    return name.lower().replace("-", "_")
