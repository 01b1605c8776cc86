"""YAML with its places: a document, and the line on which each part of it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from azureml_emulator.errors import ConfigError

Loc = tuple[str | int, ...]


@dataclass(frozen=True)
class Source:
    """A document, the name it goes by in messages, and the line of each path in it."""

    document: Any
    name: str
    lines: Mapping[Loc, int] = field(default_factory=dict)
    origins: Mapping[Loc, str] = field(default_factory=dict)
    """Where settings came from that are not from the document: a variable's name, or "" for an option."""
    parts: Mapping[Loc, tuple["Source", Loc]] = field(default_factory=dict)
    """Which parts of the document stand in another one, and where there."""

    def locate(self, loc: Loc) -> tuple["Source", Loc]:
        """Give the document that a path is written in, and the path there."""
        overlaid = any(at[: len(loc)] == loc or loc[: len(at)] == at for at in self.origins)
        for end in range(len(loc), 0, -1):
            if loc[:end] in self.parts and not overlaid:
                source, at = self.parts[loc[:end]]
                return source, (*at, *loc[end:])
        return self, loc

    def place(self, loc: Loc) -> str:
        """Give `FILE:LINE: ` of a path, or of the nearest part above it; or the variable it came from."""
        below = [origin for at, origin in self.origins.items() if at[: len(loc)] == loc]
        if loc and below:
            return f"{below[0]}: ".removeprefix(": ")
        for end in range(len(loc), -1, -1):
            if loc[:end] in self.origins:
                return f"{self.origins[loc[:end]]}: ".removeprefix(": ")
            if loc[:end] in self.lines:
                return f"{self.name}:{self.lines[loc[:end]]}: "
        return f"{self.name}: " if self.name else ""


def read(text: str, name: str) -> Source:
    """Parse YAML (or JSON, which is YAML). Raises `ConfigError` with file, line and reason; keys must not repeat."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        lines: dict[Loc, int] = {}
        if node is not None:
            _walk(node, (), name, lines)
        return Source(yaml.safe_load(text), name, lines)
    except ConfigError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise ConfigError(f"{where}: not YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{name}: not YAML: {' '.join(str(error).split())}") from None


def _walk(node: yaml.Node, loc: Loc, name: str, lines: dict[Loc, int]) -> None:
    if loc in lines:
        raise ConfigError(f"{name}:{node.start_mark.line + 1}: {loc[-1]!r} stands here twice")
    lines[loc] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ConfigError(f"{name}:{key.start_mark.line + 1}: expected a name, not a list or a mapping")
            _walk(value, (*loc, key.value), name, lines)
            lines[(*loc, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*loc, index), name, lines)
