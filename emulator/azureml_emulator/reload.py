"""Reloading: a saved file takes effect, while open answers go on and unchanged endpoints notice nothing."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from time import time

from azureml_emulator.config import Config
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError
from azureml_emulator.scenario import Scenario
from azureml_emulator.server import Server

Stamp = tuple[int, int] | None


class Watch:
    """Tells when one of some files was saved, came, or went: by its time and its size."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.follow(files)

    def follow(self, files: Iterable[Path]) -> None:
        """Watch these files from now on, as they are now."""
        self._stamps: dict[Path, Stamp] = {file: _stamp(file) for file in files}

    def changed(self) -> bool:
        """Say whether anything happened since this was asked last."""
        now = {file: _stamp(file) for file in self._stamps}
        before, self._stamps = self._stamps, now
        return now != before


def _stamp(file: Path) -> Stamp:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


class Reload:
    """Brings a running server from one configuration to the next.

    `grace` is how many seconds open answers of an endpoint that goes may take.
    """

    def __init__(self, server: Server, config: Config, grace: float) -> None:
        self.config = config
        self._server = server
        self._engine = server.engine
        self._grace = grace
        self._closing: set[asyncio.Task[None]] = set()

    async def apply(self, new: Config) -> list[str]:
        """Host what is new or changed, and stop hosting what is gone; say what was done, a line for each thing.

        An endpoint's own port and the settings of the whole emulator stay as they are; a line says so. Raises
        `ConfigError`, and changes nothing, if the endpoints cannot live side by side, or a port cannot be had.
        """
        Engine(new.endpoints, new.seed)
        before = {one.name: one for one in self.config.endpoints}
        after = {one.name: one for one in new.endpoints}
        added = [one for name, one in after.items() if name not in before]
        gone = [name for name in before if name not in after]
        await self._listen(added)
        for name in gone:
            self._engine.remove(name)
        lines = _restarts(self.config, new, before, after)
        lines += self._put(before, after)
        lines += [f"{one.name}: added, {self._server.url(one.name)}{one.paths[0]}" for one in added]
        lines += [f"{name}: removed" for name in gone]
        lines += self._play(new.scenario)
        self.config = new
        for name in gone:
            closing = asyncio.create_task(self._server.close(name, self._grace))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        return lines

    def _put(self, before: Mapping[str, Endpoint], after: Mapping[str, Endpoint]) -> list[str]:
        changed = [one for name, one in after.items() if before.get(name) != one]
        for one in sorted(changed, key=lambda one: one.default):  # the mark may go from one to another
            self._engine.put(one)
        return [f"{one.name}: changed" for one in changed if one.name in before]

    def _play(self, scenario: Scenario | None) -> list[str]:
        if scenario == self.config.scenario:
            return []
        if scenario is None:
            self._engine.stop_playing()
            return ["scenario: ended"]
        self._engine.play(scenario, time())
        return ["scenario: plays from its beginning"]

    async def _listen(self, added: Iterable[Endpoint]) -> None:
        """Open a port for each of these: its own, else the next one that is free, or any if the main port is."""
        opened: list[str] = []
        try:
            for one in added:
                await self._server.listen(one.name, one.port or self._following())
                opened.append(one.name)
        except ConfigError:
            for name in opened:
                await self._server.close(name)
            raise

    def _following(self) -> int:
        named = {one.port for one in self.config.endpoints}
        following = max(self._server.ports.values()) + 1
        while following in named:
            following += 1
        return following if self.config.port and following < 65536 else 0


def _restarts(old: Config, new: Config, before: Mapping[str, Endpoint], after: Mapping[str, Endpoint]) -> list[str]:
    """Name what a reload does not change."""
    settings = [one.name for one in fields(Config) if one.name not in ("endpoints", "scenario")]
    lines = [f"{name}: needs a restart" for name in settings if getattr(old, name) != getattr(new, name)]
    moved = [name for name, one in after.items() if name in before and before[name].port != one.port]
    return lines + [f"{name}: its port needs a restart" for name in moved]
