"""Fixtures for pytest. Nothing is imported and nothing runs until a test asks for an endpoint."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from azureml_emulator.emulator import Emulator
    from azureml_emulator.hosted import Hosted
    from azureml_emulator.journal import Exchange


class Endpoints:
    """The `azureml_emulator` fixture: makes endpoints that live as long as the test does.

    All else that `Emulator` can do it does, too: `wait_for`, `assert_called_with`, `play` and so on.
    """

    def __init__(self, emulator: "Emulator") -> None:
        self.emulator = emulator
        self._before = {one.name: one.settings for one in emulator}

    def endpoint(self, schema: Any = "gpt2", name: str = "", **settings: Any) -> "Hosted":
        """Host an endpoint for this test; `settings` are those of `Endpoint` (answer, key, deployments, ...).

        Without a name it takes that of its schema, numbered if there are several. Raises `ConfigError`.
        """
        from azureml_emulator.changes import made

        __tracebackhide__ = True
        return self.emulator.add(made({"name": name or self._free_name(schema), "schema": schema, **settings}))

    def _free_name(self, schema: Any) -> str:
        stem = schema if isinstance(schema, str) else getattr(schema, "name", "endpoint")
        taken = {one.name for one in self.emulator}
        names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    @property
    def url(self) -> str:
        """The main port, where every endpoint lives under its name."""
        return self.emulator.url

    @property
    def calls(self) -> "list[Exchange]":
        """What all endpoints of this test were asked, oldest first."""
        return self.emulator.calls

    def __getitem__(self, name: str) -> "Hosted":
        return self.emulator[name]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.emulator, name)

    def reset(self) -> None:
        """Forget the endpoints that were made, what was set for others, and what was asked.

        This happens by itself after each test.
        """
        self.emulator.stop_playing()
        for hosted in list(self.emulator):
            if hosted.name not in self._before:
                self.emulator.remove(hosted.name)
        for settings in self._before.values():
            self.emulator.aside(partial(self.emulator.engine.revise, settings))
        self.emulator.reset()


@pytest.fixture(scope="session")
def azureml_emulator_server() -> "Iterator[Emulator]":
    """The emulator of this test session, on a port of its own."""
    from azureml_emulator.emulator import Emulator

    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def azureml_emulator(azureml_emulator_server: "Emulator") -> Iterator[Endpoints]:
    """Endpoints for this test: `azureml_emulator.endpoint(schema="gpt2").url`."""
    endpoints = Endpoints(azureml_emulator_server)
    yield endpoints
    endpoints.reset()
