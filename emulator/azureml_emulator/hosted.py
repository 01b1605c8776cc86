"""One endpoint of a running emulator: where it is, its key, what it was asked, and how to change it."""

from collections.abc import Callable
from time import time
from typing import Protocol, TypeVar

from azureml_emulator.access import mint
from azureml_emulator.assertions import Witness
from azureml_emulator.controls import Controls
from azureml_emulator.engine import Engine
from azureml_emulator.journal import Exchange, Journal

T = TypeVar("T")

NOT_RUNNING = "the emulator is not running; use it as `with Emulator(...) as emulator:`"


class Aside(Protocol):
    """Does some work while no call is being decided upon, and gives what comes of it."""

    def __call__(self, work: Callable[[], T], /) -> T: ...


class HostedDeployment(Controls, Witness):
    """One deployment of an endpoint: its settings, and what it was asked, copies by `mirror_traffic` included."""

    def __init__(self, engine: Engine, endpoint: str, deployment: str, aside: Aside) -> None:
        self._engine, self._endpoint, self._deployment = engine, endpoint, deployment
        self._aside_of = aside

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self._deployment

    @property
    def calls(self) -> list[Exchange]:
        """What it was asked, oldest first."""
        return [one for one in self._engine.journal.of(self._endpoint) if one.deployment == self._deployment]

    def _counted(self) -> list[Exchange]:
        return self.calls

    def _seen_by(self) -> tuple[str, Journal]:
        return f"{self._endpoint}/{self._deployment}", self._engine.journal

    def _aside(self, work: Callable[[], T]) -> T:
        return self._aside_of(work)

    def __repr__(self) -> str:
        return f"<deployment {self._endpoint}/{self._deployment}>"


class Hosted(Controls, Witness):
    """One endpoint of a running emulator: where it is, its key, its settings, and what it was asked."""

    def __init__(self, engine: Engine, endpoint: str, base_url: str, aside: Aside) -> None:
        self._engine, self._endpoint = engine, endpoint
        self._base_url = base_url
        self._aside_of = aside

    @property
    def base_url(self) -> str:
        """The root of its own port. Raises `RuntimeError` when the emulator is not running."""
        if not self._base_url:
            raise RuntimeError(NOT_RUNNING)
        return self._base_url

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return self._endpoint

    @property
    def url(self) -> str:
        """The scoring URI: what Azure's portal shows as the REST endpoint."""
        return self.base_url + str(self.settings.paths[0])

    def token(self, expires_in: float = 3600.0) -> str:
        """Mint a token that opens it for so many seconds from now; one that has expired, for a negative number.

        Raises `ConfigError` if its `auth_mode` is `key`, or without the extra `tokens`.
        """
        return mint(self.settings, time(), expires_in)

    def deployment(self, name: str) -> HostedDeployment:
        """Give one of its deployments. Raises `KeyError` if there is none of that name."""
        known = [one.name for one in self.settings.deployments]
        if name not in known:
            raise KeyError(f"no deployment {name!r}; there are: {', '.join(known)}")
        return HostedDeployment(self._engine, self._endpoint, name, self._aside_of)

    @property
    def calls(self) -> list[Exchange]:
        """What it was asked, oldest first."""
        return self._engine.journal.of(self._endpoint)

    def _seen_by(self) -> tuple[str, Journal]:
        return self._endpoint, self._engine.journal

    def _aside(self, work: Callable[[], T]) -> T:
        return self._aside_of(work)

    def __repr__(self) -> str:
        return f"<endpoint {self._endpoint!r}>"
