"""What `serve --replay` asks for: an endpoint for a cassette, called after its file."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from azureml_emulator.yaml_source import Source

_LONGEST = 32


def with_replay(source: Source, replay: Mapping[str, Any]) -> Source:
    """Add an endpoint to a configuration; `replay` has its settings, with the file as `cassette`."""
    if not replay:
        return source
    others = source.document.get("endpoints") or []
    if not isinstance(others, list):
        return source  # which will be said of the configuration
    file = Path(replay["cassette"])
    settings = {**replay, "cassette": str(file.absolute() if source.name else file)}
    endpoint = {"name": _name(file.stem), "replay": settings}
    return replace(source, document={**source.document, "endpoints": [*others, endpoint]})


def _name(stem: str) -> str:
    """Make a name of a file's: what endpoints may be called."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-")
    return (name if name[:1].isalpha() else f"replay-{name}").strip("-")[:_LONGEST]
