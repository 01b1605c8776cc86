"""What is shown of endpoints: their settings as JSON, and never a key."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from azureml_emulator.engine import Engine
from azureml_emulator.journal import LONG_KEY, blotted
from azureml_emulator.live import LiveEndpoint
from azureml_emulator.performance import Performance
from azureml_emulator.recording.cassette import Cassette
from azureml_emulator.schema import Schema
from azureml_emulator.variant import Variant

_BLOT = "**********"


def describe(endpoint: Any, base_url: str) -> dict[str, Any]:
    """Say what an endpoint is and where, without its key."""
    return {
        "name": endpoint.name,
        "api_type": endpoint.api_type.name,
        "schema": ", ".join(dict.fromkeys(one.schema.name for one in endpoint.deployments)),
        "url": base_url + endpoint.paths[0],
        "base_url": base_url,
        "deployments": endpoint.traffic,
    }


def settings_of(owner: Any) -> dict[str, Any]:
    """Give the settings of an endpoint or a deployment that are not empty, as JSON; in the place of a key, a blot.

    A deployment's are complete with those that it takes from its endpoint.
    """
    values = {one.name: (getattr(owner, one.name), one.repr) for one in fields(owner)}
    given = {name: (value, plain) for name, (value, plain) in values.items() if value not in (None, (), {})}
    return {name: shown(value) if plain else _BLOT for name, (value, plain) in given.items()}


def shown(value: Any) -> Any:
    """Write a setting's value as JSON, as it would stand in a configuration."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {str(name): shown(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [shown(one) for one in value]
    if isinstance(value, Variant):
        return {"type": value.kind, **_said(value)}
    if is_dataclass(value) and not isinstance(value, Schema | Cassette):
        return _said(value)
    return next(
        (getattr(value, name) for name in ("pattern", "name", "__qualname__") if hasattr(value, name)), repr(value)
    )


def _said(owner: Any) -> dict[str, Any]:
    """Give the settings that are not what they would be without a word."""
    values = {one.name: (getattr(owner, one.name), one.default) for one in fields(owner)}
    return {name: shown(value) for name, (value, default) in values.items() if value != default}


def changes(live: LiveEndpoint) -> list[str]:
    """Name the settings that are not as they were configured: `latency`, `blue.state`."""
    now, configured = live.settings, live.configured
    own = [one.name for one in fields(now) if one.name != "deployments" and _differs(now, configured, one.name)]
    before = {one.name: one for one in configured.deployments}
    return own + [
        f"{one.name}.{setting.name}"
        for one in now.deployments
        for setting in fields(one)
        if one.name in before and setting.name not in own and _differs(one, before[one.name], setting.name)
    ]


def _differs(one: Any, other: Any, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def progress(performance: Performance | None, at: float) -> dict[str, Any]:
    """Say where a scenario stands, `at` in Unix seconds: the round, its steps, and which of them were taken."""
    if performance is None:
        return {"playing": False}
    scenario, began = performance.scenario, performance.began
    length = scenario.round_s
    steps = [
        {
            "at_s": one.at,
            "endpoint": one.endpoint,
            "deployment": one.deployment,
            "recover": one.recover,
            "set": list(one.set),
            "label": one.title,
            "taken": number < performance.done,
        }
        for number, one in enumerate(scenario.in_order)
    ]
    return {
        "playing": True,
        "elapsed_s": None if began is None else round(at - began, 3),
        "round": performance.round,
        "round_s": None if length == float("inf") else length,
        "steps": steps,
        "problems": [str(one) for one in performance.taken if one.problem],
    }


def redact(value: Any, engine: Engine) -> Any:
    """Blot out, in all texts of a JSON value, every long key that a caller put there."""
    secrets = {key for one in engine.directory for key in (*one.settings.secrets, *one.configured.secrets)}
    keys = [key for key in secrets if len(key) >= LONG_KEY]
    return _redacted(value, sorted(keys, key=len, reverse=True))  # no key is spoilt by a shorter one in it


def _redacted(value: Any, keys: list[str]) -> Any:
    if isinstance(value, str):
        return blotted(value, *keys)
    if isinstance(value, dict):
        return {name: _redacted(one, keys) for name, one in value.items()}
    return [_redacted(one, keys) for one in value] if isinstance(value, list) else value
