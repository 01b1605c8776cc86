"""Where clients are inspected: a live emulator, whose journal shows what arrived, and its faults are the trouble."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from azureml_contract.wire import Wire

KEY = "a-key-of-azureml-contract-0123456789"
"""What opens the endpoint; long, so that it is found wherever it should not be."""


class Stage:
    """A running endpoint of a wire."""

    def __init__(self, emulator: Any) -> None:
        self.emulator = emulator

    @property
    def endpoint(self) -> Any:
        """The endpoint: its `url`, its `calls`, its `faults`, and the settings that can be changed."""
        return self.emulator["contract"]

    def clear(self) -> None:
        """Forget what was asked, and have the endpoint as it was."""
        self.endpoint.recover()
        self.emulator.reset()


@contextmanager
def staged(wire: Wire, **settings: Any) -> Iterator[Stage]:
    """Run an endpoint of a wire on a port of its own, as long as the block lasts."""
    from azureml_emulator import Emulator, Endpoint
    from azureml_emulator.schemas import find

    with Emulator([Endpoint("contract", schema=find(wire.name), key=KEY, **settings)]) as emulator:
        yield Stage(emulator)
