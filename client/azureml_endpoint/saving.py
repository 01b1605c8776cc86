"""Writing an endpoint to a file: everything needed to call again, except the key."""

import inspect
import json
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

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
    """Return what the formatter's class is to be called with: its attributes, which must be its arguments."""
    settings = {name: value for name, value in getattr(formatter, "__dict__", {}).items() if value is not False}
    accepted = inspect.signature(type(formatter)).parameters
    if strange := sorted(settings.keys() - accepted.keys()):
        raise ValueError(
            f"content_formatter cannot be saved: its attribute {strange[0]!r} is no argument of its class"
        )
    plain = _plain("content_formatter's settings", settings)
    return dict(plain)
