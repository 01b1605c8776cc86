"""What `azureml-emulator serve` was told: files, variables, options; read together, and again when a file changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from azureml_emulator import config, environment
from azureml_emulator.azure_files import document
from azureml_emulator.azure_files.hosting import Hosting
from azureml_emulator.config import Config
from azureml_emulator.errors import ConfigError
from azureml_emulator.recording.option import with_replay
from azureml_emulator.yaml_source import Source

COMPANION = "emulator.yml"
"""The file with the emulator's settings that is looked for beside the first of Azure's."""


class Loaded(NamedTuple):
    """The configuration, remarks on how it came about, and the files that it depends on, be they there or not."""

    config: Config
    notes: tuple[str, ...]
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Instructions:
    """Files of Azure's or one of ours, a configuration, `NAME=VALUE` settings of deployments, variables, options.

    `replay` has the settings of a replay that is an endpoint of its own.
    """

    files: tuple[str, ...] = ()
    config: str | None = None
    sets: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    replay: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> Loaded:
        """Read everything. Raises `ConfigError`: a line for each thing wrong, with file, line and path."""
        sets = self._sets()
        read = [(name, *document.read_text(config.text_of(name), name)) for name in self.files]
        kinds = [document.kind_of(source) for _, source, _ in read]
        own = [name for (name, _, _), kind in zip(read, kinds, strict=True) if kind is None]
        azure = [
            document.azure_file(source, kind, sets, notes)
            for (_, source, notes), kind in zip(read, kinds, strict=True)
            if kind
        ]
        watched = [Path(name) for name in self.files]
        companion = with_replay(self._companion(own, bool(azure), watched), self.replay)
        watched += self._scenario(companion)
        if not azure:
            if sets:
                raise ConfigError("--set is for deployments of Azure's files; none is given")
            settings = config.overlaid(companion, self.variables, self.options)
            watched += _cassettes(settings)
            return Loaded(settings, tuple(_emptiness(companion, settings)), tuple(watched))
        hosting = Hosting(azure, companion)
        settings = config.overlaid(hosting.source, self.variables, self.options, hosting.complete)
        watched += _cassettes(settings)
        return Loaded(settings, tuple(hosting.notes), tuple(watched))

    def _companion(self, own: list[str], with_azure: bool, watched: list[Path]) -> Source:
        """Find the emulator's own configuration: as told, or beside the first of Azure's files."""
        named = self.config or self.variables.get(environment.PREFIX + "CONFIG")
        told = [*own, *([named] if named and named not in own else [])]
        if len(told) > 1:
            raise ConfigError(f"{told[1]}: a second configuration; {told[0]} is one already")
        if told:
            watched += [Path(told[0])] if told[0] not in self.files else []
            return config.read(told[0])
        if with_azure:
            beside = Path(self.files[0]).with_name(COMPANION)
            watched.append(beside)
            if beside.is_file():
                return config.read(str(beside))
        return Source({}, "")

    def _scenario(self, companion: Source) -> list[Path]:
        """Find the scenario's file, if one is named anywhere."""
        file = self.options.get("scenario") or self.variables.get(environment.PREFIX + "SCENARIO")
        if not file and isinstance(named := companion.document.get("scenario"), str):
            file = Path(companion.name).parent / named
        return [Path(file)] if file and not str(file).startswith("{") else []

    def _sets(self) -> dict[str, str]:
        split = [one.partition("=") for one in self.sets]
        wrong = [name for name, equals, _ in split if not equals or not name]
        if wrong:
            raise ConfigError(f"--set: expected NAME=VALUE, not {wrong[0]!r}")
        return {name: value for name, _, value in split}


def _cassettes(settings: Config) -> list[Path]:
    return [Path(one.replay.cassette.name) for one in settings.endpoints if one.replay]


def _emptiness(source: Source, settings: Config) -> Iterator[str]:
    """Remark on a file that says nothing, lest it be thought to say what others said."""
    if source.name and not source.document and settings.endpoints == Config().endpoints:
        yield f"{source.name}: the file is empty, so the built-in endpoints are meant, one for each wire shape"
