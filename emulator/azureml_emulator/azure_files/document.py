"""One of Azure's files: which kind it is, read, and checked."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from azureml_emulator import explanation, yaml_source
from azureml_emulator.azure_files import tags, variables
from azureml_emulator.azure_files.deployment import INLINE, REFERENCE, OnlineDeployment
from azureml_emulator.azure_files.endpoints import OnlineEndpoint, ServerlessEndpoint
from azureml_emulator.errors import ConfigError
from azureml_emulator.yaml_source import Loc, Source

Said = OnlineEndpoint | OnlineDeployment | ServerlessEndpoint

_BY_SCHEMA = {
    "onlineendpoint": OnlineEndpoint,
    "onlinedeployment": OnlineDeployment,
    "serverlessendpoint": ServerlessEndpoint,
}
_BY_KEYS: tuple[tuple[frozenset[str], type[Said]], ...] = (
    (frozenset({"model_id"}), ServerlessEndpoint),
    (
        frozenset({"endpoint_name", "model", "instance_type", "instance_count", "code_configuration"}),
        OnlineDeployment,
    ),
    (frozenset({"auth_mode", "traffic", "mirror_traffic", "public_network_access"}), OnlineEndpoint),
)
_IMITATED = {
    OnlineEndpoint: {"name", "auth_mode", "traffic", "mirror_traffic"},
    OnlineDeployment: {"name", "endpoint_name", "model", "instance_count", "request_settings"},
    ServerlessEndpoint: {"name", "auth_mode", "model_id"},
}
_REMARKS = {"$schema", "description", "tags", "properties", "id", "type", "kind"}
"""What changes nothing in Azure's answers either."""

_NAMED = re.compile(r"""^(\s*(?:name|endpoint_name):\s*)(["']?)<([\w-]+)>\2\s*$""", re.MULTILINE)
_TEMPLATE = re.compile(r"^(\s*\w+:.*?)\{\{\s*(\w+)\s*\}\}", re.MULTILINE)


@dataclass(frozen=True)
class AzureFile:
    """What a file says, where, the emulator's settings in its tags, and remarks to show at the start."""

    said: Said
    source: Source
    folder: Path
    settings: Mapping[str, Any]
    places: Mapping[Loc, Loc]
    notes: list[str] = field(default_factory=list)


def kind_of(source: Source) -> type[Said] | None:
    """Tell by `$schema`, else by what it says, which of Azure's files this is; None for one that is none.

    Raises `ConfigError` for a file of Azure's that is of no use here.
    """
    document = source.document
    if not isinstance(document, dict):
        return None
    named = str(document.get("$schema", ""))
    if named:
        found = re.search(r"(\w+?)(?:\.schema)?\.json$", named)
        kind = (found[1] if found else named).lower().removeprefix("managed").removeprefix("kubernetes")
        if kind not in _BY_SCHEMA:
            expected = "an online endpoint, an online deployment or a serverless endpoint"
            raise ConfigError(f"{source.place(('$schema',))}$schema: expected that of {expected}, not {named!r}")
        return _BY_SCHEMA[kind]
    return next((kind for keys, kind in _BY_KEYS if keys & document.keys()), None)


def read_text(text: str, name: str) -> tuple[Source, list[str]]:
    """Parse a file; a placeholder of Microsoft's examples, `{{ENDPOINT_NAME}}`, becomes a name, with a remark."""
    names: dict[str, str] = {}

    def filled(found: re.Match[str]) -> str:
        word = found[found.lastindex or 0]
        names[word] = word.lower().replace("_", "-")
        return found[1] + names[word]

    for pattern in (_NAMED, _TEMPLATE):
        while pattern.search(text):
            text = pattern.sub(filled, text)
    read = ", ".join(f"{word} as {name!r}" for word, name in names.items())
    return yaml_source.read(text, name), [f"placeholders read as names: {read}"] if names else []


def azure_file(source: Source, kind: type[Said], sets: Mapping[str, str], notes: list[str]) -> AzureFile:
    """Check what a file says; `sets` are laid over a deployment, as the command's `--set` does.

    Raises `ConfigError` with file, line, path and what was expected.
    """
    document = {name: value for name, value in source.document.items() if name != "$schema"}
    if kind is OnlineDeployment:
        document.update(sets)
    try:
        said: Any = TypeAdapter(kind).validate_python(document)
    except ValidationError as error:
        raise ConfigError(explanation.lines(error, source, lambda loc: _known(kind, loc), _as_written)) from None
    settings, places = tags.settings(said.tags or {}, source)
    return AzureFile(said, source, Path(source.name).parent, settings, places, [*notes, *_ignored(kind, source)])


def _ignored(kind: type[Said], source: Source) -> list[str]:
    fields = [
        f"{name} (line {source.lines[(name,)]})"
        for name, value in source.document.items()
        if name not in _IMITATED[kind] and name not in _REMARKS and not _told(name, value)
    ]
    return [f"noted, not imitated: {', '.join(fields)}"] if fields else []


def _told(name: str, value: Any) -> bool:
    return name == "environment_variables" and isinstance(value, dict) and value.keys() <= variables.IMITATED


def _as_written(loc: Loc) -> Loc:
    """Leave out the forms of a setting, which are a level for the validator but none in the file."""
    return tuple(step for at, step in enumerate(loc) if not (at == 1 and step in (REFERENCE, INLINE)))


def _known(kind: type[Any], loc: Loc) -> list[str]:
    """Name what may stand at a location."""
    for step in _as_written(loc):
        hint = {one.name: one.type for one in dataclasses.fields(kind)}.get(str(step))
        nested = [one for one in _types(hint) if isinstance(one, type) and dataclasses.is_dataclass(one)]
        kind = nested[0] if nested else kind
    return [one.name for one in dataclasses.fields(kind)]


def _types(hint: Any) -> list[Any]:
    """Give a type and all that it is made of."""
    return [hint, *(part for one in get_args(hint) for part in _types(one))]
