"""One setting of endpoints, by a dotted name, given another value: what a sweep varies."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from azureml_emulator.changes import changed
from azureml_emulator.endpoint import Deployment, Endpoint, RequestSettings, changeable
from azureml_emulator.errors import ConfigError
from azureml_emulator.spelling import nearest

SHORT: Mapping[str, str] = MappingProxyType(
    {
        "instances": "instance_count",
        "max_concurrent": "request_settings.max_concurrent_requests_per_instance",
        "max_pending": "request_settings.max_pending",
        "timeout_ms": "request_settings.request_timeout_ms",
    }
)
"""Short names of settings that are swept often."""


def varied(endpoint: Endpoint, name: str, value: float) -> Endpoint:
    """Give an endpoint with another value of `SETTING` or `DEPLOYMENT.SETTING`, of all deployments if none is named.

    A setting within a setting has a dot before it, as in `latency.mean_ms` or `faults.0.probability`. Raises
    `ConfigError`.
    """
    first, _, rest = name.partition(".")
    names = [one.name for one in endpoint.deployments]
    chosen, path = ([first], rest) if first in names and rest else (names, name)
    setting, *within = SHORT.get(path, path).split(".")
    if setting not in changeable(Deployment):
        if chosen != names or not hasattr(endpoint, setting):
            known = [*SHORT, *changeable(Deployment)]
            raise ConfigError(f"--sweep {name}: no such setting{nearest(setting, known)}")
        return changed(endpoint, {setting: _with(name, getattr(endpoint, setting), within, value)})
    for one in endpoint.deployments:
        if one.name in chosen:
            given = getattr(one, setting)
            if given is None and setting == "request_settings":
                given = RequestSettings()
            endpoint = changed(endpoint, {setting: _with(name, given, within, value)}, one.name)
    return endpoint


def _with(name: str, given: Any, within: list[str], value: float) -> Any:
    """Give a value with another value at a place inside."""
    if not within:
        if given is not None and (isinstance(given, bool) or not isinstance(given, int | float)):
            raise ConfigError(f"--sweep {name}: expected a setting that is a number; go on with a dot and its name")
        return value
    step, *rest = within
    if isinstance(given, Mapping) and step in given:
        return {**given, step: _with(name, given[step], rest, value)}
    if isinstance(given, tuple) and step.isdecimal() and int(step) < len(given):
        place = int(step)
        return (*given[:place], _with(name, given[place], rest, value), *given[place + 1 :])
    if is_dataclass(given) and step in [one.name for one in fields(given)]:
        try:
            return replace(given, **{step: _with(name, getattr(given, step), rest, value)})  # type: ignore[type-var]
        except ValidationError as error:
            message = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            raise ConfigError(f"--sweep {name}={value:g}: {message}") from None
    raise ConfigError(f"--sweep {name}: there is no {step!r}{_instead(given, step)}")


def _instead(given: Any, step: str) -> str:
    if is_dataclass(given):
        known = [one.name for one in fields(given)]
        return f"{nearest(step, known)}; there are: {', '.join(known)}"
    if isinstance(given, tuple):
        return f"; there are {len(given)}, counted from 0" if given else "; there are none"
    return ", nothing is set there"
