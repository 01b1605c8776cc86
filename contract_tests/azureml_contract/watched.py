"""An emulator's engine that keeps each request as it came, those too that are refused, with all of its headers."""

from collections.abc import Callable, Iterable
from typing import Any

from azureml_emulator import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.wire import Call, Reply


class Watched(Engine):
    """Keeps what `came`, oldest first, until `reset`. What `answers` gives a reply to, no endpoint is asked."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        super().__init__(endpoints)
        self.came: list[Call] = []
        self.answers: Callable[[Call], Reply | None] | None = None

    def score(self, call: Call) -> Reply:
        self.came.append(call)
        return (self.answers and self.answers(call)) or super().score(call)

    def reset(self) -> None:
        super().reset()
        self.came = []


def redirect(status: int, location: str) -> Reply:
    """Make an answer that points elsewhere."""
    return Reply(status, (("location", location), ("content-length", "0")), ((0.0, b""),))


def watching(endpoints: Iterable[Endpoint]) -> Any:
    """Make an emulator whose engine is `Watched`."""
    from azureml_emulator import Emulator

    emulator = Emulator()
    emulator.engine = Watched(endpoints)
    return emulator
