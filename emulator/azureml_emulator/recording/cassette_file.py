"""A cassette on the disk, while it is recorded."""

from contextlib import suppress
from errno import ENOSPC
from os import strerror
from pathlib import Path
from typing import Literal

from azureml_emulator.errors import ConfigError
from azureml_emulator.recording.cassette import Cassette, Interaction, written
from azureml_emulator.recording.redaction import Redaction, Unreadable

Mode = Literal["new", "append", "overwrite"]


class CassetteFile:
    """A cassette that is being written, a whole line at a time. Raises `ConfigError`."""

    def __init__(self, file: str, mode: Mode = "new", *keys: str) -> None:
        self.file = file
        self.lines = 0
        self._redaction = Redaction(*keys)
        try:
            if mode == "append" and Path(file).exists() and Path(file).stat().st_size:
                self.lines = len(Cassette.load(file).interactions)
            opened = {"new": "xb", "append": "ab", "overwrite": "wb"}[mode]
            self._stream = Path(file).open(opened, buffering=0)  # noqa: SIM115  open for as long as this lives
            self._size = Path(file).stat().st_size
        except FileExistsError:
            raise ConfigError(f"{file} is there already; --append adds to it, --overwrite replaces it") from None
        except OSError as error:
            raise ConfigError(f"{file}: cannot be written: {error.strerror}") from None
        except ValueError as error:
            raise ConfigError(str(error)) from None

    def add(self, interaction: Interaction) -> str:
        """Write an interaction without its keys; say what came of it, in a line."""
        try:
            clean = self._redaction.redacted(interaction)
            line = written(clean)
            if self._redaction.holds_key(line):
                raise Unreadable("a key is left in it")
            self._write(line)
        except Unreadable as error:
            return f"not recorded, lest a key be: {error}"
        except OSError as error:
            return f"not recorded: {self.file}: {error.strerror}"
        request, response = clean.request, clean.response
        how = "" if response.end == "complete" else f", {response.end}"
        chunks = f"{len(response.chunks)} chunk{'' if len(response.chunks) == 1 else 's'}"
        took = f"{chunks} in {response.end_s * 1000:.0f} ms{how}"
        return f"{request.method} {request.path} {response.status}, {took} -> {self.file}:{self.lines}"

    def _write(self, line: bytes) -> None:
        """Write the whole line, or nothing of it. Raises `OSError`."""
        try:
            if self._stream.write(line) != len(line):
                raise OSError(ENOSPC, strerror(ENOSPC))
        except OSError:
            with suppress(OSError):
                self._stream.truncate(self._size)
            raise
        self._size += len(line)
        self.lines += 1

    def close(self) -> None:
        """Close it."""
        self._stream.close()
