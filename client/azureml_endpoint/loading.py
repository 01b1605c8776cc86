"""Reading endpoints from files, ours and LangChain's. Nothing that a file names is imported unless allowed."""

import difflib
import importlib
import json
import sys
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path
from typing import Any

from azureml_endpoint import formatters
from azureml_endpoint.chat import AzureMLChatOnlineEndpoint
from azureml_endpoint.endpoint import AzureMLOnlineEndpoint
from azureml_endpoint.saving import import_path
from azureml_endpoint.settings import AzureMLBaseEndpoint

Allowed = Iterable[str | type] | str | type
"""Formatters of one's own that a file may name: classes or import paths, several or one."""

KINDS: Mapping[str, type[AzureMLBaseEndpoint]] = {
    each.saved_as: each for each in (AzureMLOnlineEndpoint, AzureMLChatOnlineEndpoint)
}


def load_llm(
    file: Path | str,
    *,
    endpoint_api_key: Any = None,
    allowed_formatters: Allowed = (),
) -> Any:
    """Return the endpoint that `save`, ours or LangChain's, wrote to a .json, .yaml or .yml file.

    The key comes from the argument or from AZUREML_ENDPOINT_API_KEY; what a file does not say, as LangChain's do not
    say URL, api type and timeout, from the environment too. A formatter of one's own is made only when it is in
    `allowed_formatters`, as a class or by import path. Raises ValueError for an unknown key or type, an unreadable
    file, or a formatter that is not allowed.
    """
    data = _read(Path(file))
    if endpoint_api_key is not None:
        data["endpoint_api_key"] = endpoint_api_key
    return load_llm_from_config(data, allowed_formatters=allowed_formatters)


def load_llm_from_config(config: Mapping[str, Any], *, allowed_formatters: Allowed = ()) -> Any:
    """Return the endpoint that a file's content describes; `config` is left as it is."""
    settings = dict(config)
    if "_type" not in settings:
        raise ValueError("Must specify an LLM Type in config: the key _type is missing")
    kind = KINDS.get(str(settings.pop("_type")))
    if kind is None:
        raise ValueError(f"Loading {config['_type']!r} is not supported; known types are {', '.join(KINDS)}")
    known = kind.model_fields.keys() - {"http_client"}
    for name in settings.keys() - known:
        raise ValueError(f"unknown key {name!r}{_nearest(str(name), known)}")
    if settings.get("content_formatter") is not None:
        settings["content_formatter"] = described_formatter(settings["content_formatter"], allowed_formatters)
    return kind.settled(settings, settings.keys() - {"endpoint_api_key"})


def _read(path: Path) -> dict[str, Any]:
    suffix = path.suffix.lower()
    if suffix not in (".json", ".yaml", ".yml"):
        raise ValueError(f"File type must be json or yaml: {path.name} must end with .json, .yaml or .yml")
    text = path.read_text(encoding="utf-8")
    try:
        data = json.loads(text) if suffix == ".json" else _yaml(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} must hold a mapping of settings, not a {type(data).__name__}")
    return data


def _yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def described_formatter(description: Any, allowed: Allowed = ()) -> Any:
    """Return the formatter that `save` described; ValueError for one that is not allowed or cannot be made."""
    match description:
        case {"class": str(path), "settings": dict(settings)} if len(description) == 2:
            pass
        case _:
            raise ValueError("content_formatter must be a mapping with the keys class and settings")
    cls = _formatter_class(path, allowed)
    try:
        return cls(**settings)
    except TypeError as error:
        raise ValueError(f"content_formatter {path} cannot be made: {error}") from error


def _formatter_class(path: str, allowed: Allowed) -> Any:
    ours = {import_path(getattr(formatters, name)): getattr(formatters, name) for name in formatters.__all__}
    trusted = [allowed] if isinstance(allowed, str | type) else allowed
    named = {import_path(each) if isinstance(each, type) else each: each for each in trusted}
    found = ours.get(path, named.get(path))
    if found is None:
        raise ValueError(
            f"content_formatter {path} is not one of ours and is not imported; if you trust it, pass its class or "
            "import path in allowed_formatters"
        )
    return _imported(found) if isinstance(found, str) else found


def _imported(path: str) -> Any:
    """Return the class at an import path; it may be inside other classes."""
    module, _, name = path.rpartition(".")
    inside: list[str] = []
    while "." in module and not _is_module(module):
        module, _, outer = module.rpartition(".")
        inside.insert(0, outer)
    try:
        return attrgetter(".".join([*inside, name]))(importlib.import_module(module))
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"content_formatter {path} cannot be imported: {error}") from error


def _is_module(path: str) -> bool:
    try:
        return path in sys.modules or find_spec(path) is not None
    except (ImportError, ValueError):
        return False


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f": did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(known))}"
