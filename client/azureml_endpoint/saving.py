"""Writing an endpoint to a file: everything needed to call again, except the key."""

import inspect
import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from azureml_endpoint.formatters.states import different, state
from azureml_endpoint.settings import AzureMLBaseEndpoint
from azureml_endpoint.timeouts import Timeout

UNSAVED = frozenset({"endpoint_api_key", "http_client"})


def save(endpoint: AzureMLBaseEndpoint, file_path: Path | str) -> None:
    """Write `endpoint` to a .json, .yaml or .yml file, whole or not at all, making the folders it is in.

    ValueError for another suffix, and for a setting that has no JSON form, naming it.
    """
    path = Path(file_path)
    text = render(described(endpoint), path.suffix.lower(), path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def described(endpoint: AzureMLBaseEndpoint) -> dict[str, Any]:
    """Return the settings of `endpoint` as plain values, `_type` first; the formatter by import path and settings."""
    data: dict[str, Any] = {"_type": endpoint.saved_as}
    for name, value in endpoint.settings.items():
        if name not in UNSAVED and value is not None:
            data[name] = _plain(name, value)
    return data


def render(data: dict[str, Any], suffix: str, name: str) -> str:
    """Return `data` as the text of a file with this suffix."""
    if suffix == ".json":
        return json.dumps(data, indent=4, ensure_ascii=False) + "\n"
    if suffix in (".yaml", ".yml"):
        import yaml

        return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))
    raise ValueError(f"{name} must be json or yaml: its name must end with .json, .yaml or .yml")


def import_path(formatter: type) -> str:
    """Return the path by which a formatter's class is saved and allowed; ours by their public name."""
    module = "azureml_endpoint" if formatter.__module__.startswith("azureml_endpoint.") else formatter.__module__
    return f"{module}.{formatter.__qualname__}"


def _plain(name: str, value: Any) -> Any:
    if name == "content_formatter":
        return {"class": import_path(type(value)), "settings": _formatter_settings(value)}
    if isinstance(value, Timeout):
        value = asdict(value)
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{name} cannot be saved: {error}") from None


def _formatter_settings(formatter: Any) -> dict[str, Any]:
    """Return what the formatter's class is to be called with to give an equal formatter; ValueError if that fails."""
    arguments = _arguments(type(formatter))
    attributes = state(formatter)
    settings: dict[str, Any] = {}
    for name, argument in arguments.items():
        attribute = name if name in attributes else f"_{name}"
        if attribute in attributes and not _is_default(attributes[attribute], argument.default):
            settings[name] = attributes[attribute]
    lost = different(formatter, _made_again(formatter, settings))
    if any(each.kind is each.VAR_KEYWORD for each in arguments.values()):
        settings |= {name: attributes[name] for name in lost if name in attributes}
        lost = different(formatter, _made_again(formatter, settings))
    if lost:
        raise ValueError(
            f"content_formatter cannot be saved: calling its class with its settings gives another {lost[0]!r}; "
            "an attribute must be an argument of its class, of the same name, and have a JSON form"
        )
    return settings


def _arguments(formatter_class: type) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(formatter_class).parameters
    except (TypeError, ValueError):
        return {}


def _is_default(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(value == default)


def _made_again(formatter: Any, settings: dict[str, Any]) -> Any:
    """Return the formatter that a load would make of `settings`."""
    plain = _plain("content_formatter's settings", settings)
    try:
        return type(formatter)(**plain)
    except (TypeError, ValueError) as error:
        raise ValueError(f"content_formatter cannot be saved, since it could not be made again: {error}") from None
