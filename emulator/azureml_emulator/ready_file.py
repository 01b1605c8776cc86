"""The ready file: it is there as long as all ports are open, and says where."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from azureml_emulator.errors import ConfigError


def remove(path: str | None) -> None:
    """Remove the file, which may be left from a run that was killed. Raises `ConfigError`."""
    if path:
        try:
            Path(path).unlink(missing_ok=True)
        except OSError as error:
            raise ConfigError(f"ready_file: cannot replace {path}: {error.strerror}") from None


def write(path: str | None, ready: Mapping[str, Any]) -> None:
    """Write the file so that nobody ever reads half of it. Raises `ConfigError`."""
    if not path:
        return
    file = Path(path)
    part = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        part.write_text(json.dumps(ready) + "\n", encoding="utf-8")
        part.replace(file)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise ConfigError(f"ready_file: cannot write {file}: {error.strerror}") from None
