"""Where clients are inspected: a live emulator, whose journal shows what arrived, and its faults are the trouble."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from azureml_contract.served import served
from azureml_contract.wire import Wire

KEY = "a-key-of-azureml-contract-0123456789"
"""What opens the endpoint; long, so that it is found wherever it should not be."""

HERE, ELSEWHERE = "contract", "elsewhere"

_SETTINGS = "AZUREML_"
"""How the environment variables begin from which clients take settings."""


class Stage:
    """A running endpoint of a wire, and another one with the same key that nobody was told of, on another host."""

    def __init__(self, emulator: Any) -> None:
        self.emulator = emulator

    @property
    def endpoint(self) -> Any:
        """The endpoint: its `url`, its `calls`, its `faults`, and the settings that can be changed."""
        return self.emulator[HERE]

    @property
    def elsewhere(self) -> str:
        """The address of the other one; its host is another name of this machine's."""
        return str(self.emulator[ELSEWHERE].url).replace("127.0.0.1", "localhost")

    @property
    def deployment(self) -> str:
        """The name of the endpoint's deployment."""
        return str(self.endpoint.settings.deployments[0].name)

    @property
    def came(self) -> list[Any]:
        """The requests to the endpoint as they came, refused ones too: `path`, `query`, `headers`, `body`, `at`."""
        return self.came_to(HERE)

    def came_to(self, listener: str) -> list[Any]:
        """Give those to either of the two."""
        return [call for call in list(self.emulator.engine.came) if call.listener == listener]

    def clear(self) -> None:
        """Forget what was asked, and have both endpoints as they were."""
        self._recover()
        self.emulator.reset()

    def _recover(self) -> None:
        self.emulator.engine.answers = None
        for name in (HERE, ELSEWHERE):
            self.emulator[name].recover()

    @contextmanager
    def suffering(self, *faults: Mapping[str, Any], **settings: Any) -> Iterator[Self]:
        """Forget what was asked, and have both endpoints suffer from some faults as long as the block lasts.

        A fault is as in the emulator's configuration: `{"type": "status", "status": 503}`.
        """
        self.clear()
        for name in (HERE, ELSEWHERE):
            self.emulator[name].set(faults=list(faults), **settings)
        try:
            yield self
        finally:
            self._recover()

    @contextmanager
    def redirecting(self, status: int) -> Iterator[Self]:
        """Forget what was asked, and have the endpoint point to the other host as long as the block lasts."""
        from azureml_contract.watched import redirect

        self.clear()
        reply = redirect(status, self.elsewhere)
        self.emulator.engine.answers = lambda call: reply if call.listener == HERE else None
        try:
            yield self
        finally:
            self._recover()


@contextmanager
def staged(wire: Wire, **settings: Any) -> Iterator[Stage]:
    """Run an endpoint of a wire on a port of its own, as long as the block lasts."""
    from azureml_contract.watched import watching
    from azureml_emulator import Endpoint

    schema = served(wire)
    endpoints = [Endpoint(name, schema=schema, key=KEY, **settings) for name in (HERE, ELSEWHERE)]
    with _environment(no_proxy="127.0.0.1,localhost"), watching(endpoints) as emulator:
        yield Stage(emulator)


@contextmanager
def _environment(**said: str) -> Iterator[None]:
    """Have the environment say this, and give clients no settings, as long as the block lasts."""
    said |= {name.upper(): value for name, value in said.items()}
    before = dict(os.environ)
    for name in before:
        if name.startswith(_SETTINGS):
            del os.environ[name]
    os.environ.update(said)
    try:
        yield
    finally:
        changed = {name: value for name, value in before.items() if name in said or name.startswith(_SETTINGS)}
        for name in said:
            os.environ.pop(name, None)
        os.environ.update(changed)
