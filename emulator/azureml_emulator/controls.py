"""Control over an endpoint that runs: each of its settings can be read and set, for good or for a `with` block."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import fields
from typing import Any, Self, TypeVar

from azureml_emulator.api_type import DEDICATED, SERVERLESS
from azureml_emulator.changes import changed
from azureml_emulator.endpoint import Deployment, Endpoint, changeable
from azureml_emulator.engine import Engine
from azureml_emulator.errors import refusals
from azureml_emulator.faults import Fault, ModelError, Status

T = TypeVar("T")


class Controls(ABC):
    """Settings as attributes: `shop.latency = 200`, `shop.faults = ["reset"]`; they hold from the next call on.

    Every setting of `Endpoint` (of `Deployment`, for one of its deployments) is there, but for those by which callers
    know it: its name, schema, kind and port. What cannot be raises `ConfigError`, and changes nothing. What is set
    for an endpoint is so for all its deployments. Calls that are under way end as they began, and counts go on.
    """

    _engine: Engine
    _endpoint: str
    _deployment: str = ""

    @abstractmethod
    def _aside(self, work: Callable[[], T]) -> T:
        """Do some work while no call is being decided upon."""

    @property
    def settings(self) -> Any:
        """All settings that are in force now."""
        settings = self._aside(lambda: self._engine.directory[self._endpoint].settings)
        if not self._deployment:
            return settings
        return next(one for one in settings.deployments if one.name == self._deployment)

    def set(self, **settings: Any) -> None:
        """Give several settings at once. Raises `ConfigError`, and changes nothing."""
        self._aside(lambda: self._engine.revise(changed(self._current, settings, self._deployment)))

    def recover(self) -> None:
        """Go back to the settings that it was configured with."""
        self._aside(lambda: self._engine.recover(self._endpoint, self._deployment))

    @contextmanager
    def changed(self, **settings: Any) -> Iterator[Self]:
        """Give some settings for as long as the block lasts; then they are what they were before."""
        before = self._aside(lambda: self._current)
        self.set(**settings)
        try:
            yield self
        finally:
            self._aside(lambda: self._engine.revise(self._current.restored(before, settings, self._deployment)))

    def slow(self, ms: Any) -> AbstractContextManager[Self]:
        """Take so many milliseconds for each answer, for as long as the block lasts; any latency model will do."""
        return self.changed(latency=ms)

    @contextmanager
    def failing(self, fault: "int | str | Fault", **settings: Any) -> Iterator[Self]:
        """Fail for as long as the block lasts: with a status, a fault's name, or a `Fault`; `settings` are its own.

        `failing(429, times=2)` refuses two calls. The fault comes before those that are there already, and strikes
        calls to every deployment. Raises `ConfigError`.
        """
        before = self._aside(lambda: self._current)
        self._aside(lambda: self._engine.revise(self._struck(_fault(fault, settings, self._current))))
        try:
            yield self
        finally:
            self._aside(lambda: self._engine.revise(self._current.restored(before, ["faults"], self._deployment)))

    def _struck(self, fault: Fault) -> Endpoint:
        """Give the endpoint with one more fault, in front of those of each deployment."""
        endpoint = self._current
        for one in endpoint.deployments:
            if self._deployment in ("", one.name):
                endpoint = endpoint.changed(one.name, faults=(fault, *(one.faults or ())))
        return endpoint

    @property
    def _current(self) -> Endpoint:
        return self._engine.directory[self._endpoint].settings

    @property
    def _names(self) -> list[str]:
        return changeable(Deployment if self._deployment else Endpoint)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._names:
            raise AttributeError(f"{self!r} has no {name!r}; its settings are {', '.join(self._names)}")
        return getattr(self.settings, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            self.set(**{name: value})

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *self._names]


def _fault(fault: int | str | Fault, settings: dict[str, Any], endpoint: Endpoint) -> Fault:
    """Make a fault, checked as if it stood among those of the endpoint."""
    if isinstance(fault, Fault):
        spelled = {"type": fault.kind} | {one.name: getattr(fault, one.name) for one in fields(fault)} | settings
    elif isinstance(fault, int):
        spelled = _seen_as(fault, settings, endpoint) | settings
    else:
        spelled = {"type": fault, **settings}
    return changed(endpoint, {"faults": [spelled]}).faults[0]


def _seen_as(status: int, settings: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    """Say what makes callers see a status: the front door's answer, or the container's.

    424 is how the front door of a dedicated endpoint tells of a model that failed; all others it says by itself. That
    of a serverless one says what it has words of its own for, and that nobody is behind it (502 and above); others
    are the container's, as they all are without a front door.
    """
    of_door = {one.name for one in fields(Status)} - {one.name for one in fields(ModelError)}
    dedicated, serverless = endpoint.api_type is DEDICATED, endpoint.api_type is SERVERLESS
    if dedicated and status == 424 and not of_door & settings.keys():
        return {"type": "model_error"}
    by_door = serverless and (status > 501 or any(one.serverless for one in refusals(status)))
    if dedicated or by_door or of_door & settings.keys():
        return {"type": "status", "status": status}
    return {"type": "model_error", "status": status}
