"""The emulator's settings that ride in the tags of Azure's files: `emulator.schema: llama-chat`.

What stands after the prefix is a setting of the emulator's own configuration; a dot goes one level down
(`emulator.latency.ms: 200`). A value that starts with `{` or `[` is YAML, since Azure's tags are texts.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from azureml_emulator.errors import ConfigError
from azureml_emulator.yaml_source import Loc, Source

PREFIX = "emulator."
_STRUCTURE = ("name", "deployments", "endpoints")


def settings(tags: Mapping[str, Any], source: Source) -> tuple[dict[str, Any], dict[Loc, Loc]]:
    """Give the settings in the tags of a file, and where in the file each of them stands. Raises `ConfigError`."""
    found: dict[str, Any] = {}
    places: dict[Loc, Loc] = {}
    for tag, value in tags.items():
        if not tag.startswith(PREFIX):
            continue
        steps = tag.removeprefix(PREFIX).split(".")
        if steps[0] in _STRUCTURE or "" in steps:
            raise ConfigError(f"{source.place(('tags', tag))}tags.{tag}: no setting that a tag can give")
        target = found
        for step in steps[:-1]:
            below = target.setdefault(step, {})
            target[step] = {"type": below} if not isinstance(below, dict) else below  # `emulator.answer: faker` first
            target = target[step]
        given, last = _value(value, tag, source), steps[-1]
        # `emulator.answer: faker` last
        target[last] = {**target[last], "type": given} if isinstance(target.get(last), dict) else given
        places[tuple(steps)] = ("tags", tag)
    return found, places


def _value(value: Any, tag: str, source: Source) -> Any:
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return yaml.safe_load(value)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ConfigError(f"{source.place(('tags', tag))}tags.{tag}: starts like YAML, but is none") from None
