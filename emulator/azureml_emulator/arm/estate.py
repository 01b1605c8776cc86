"""All that there is to manage: the endpoints that the engine hosts, whoever configured them, and what was said of it.

The engine hosts no endpoint without a deployment. One that was created and has none yet is kept here; its port is
open, and answers 404 `Specified traffic group could not be found`, as an endpoint does that has no traffic.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from pydantic import ValidationError

from azureml_emulator.api_type import DEDICATED, ApiType
from azureml_emulator.arm.bodies import refusal
from azureml_emulator.arm.errors import BadRequest, Conflict, NotFound
from azureml_emulator.draw import Draw
from azureml_emulator.endpoint import Deployment, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ConfigError
from azureml_emulator.schemas import all_schemas

Said = Mapping[str, Any]

_SPLIT = ("deployments", "traffic", "mirror_traffic")


def door_of(endpoint: Endpoint) -> dict[str, Any]:
    """Give an endpoint's settings but for deployments and traffic."""
    return {one.name: getattr(endpoint, one.name) for one in fields(Endpoint) if one.name not in _SPLIT}


class Holding(NamedTuple):
    """An endpoint, hosted or not yet.

    `door` has the settings of `Endpoint` but for deployments and traffic; `said` is the body of the request that made
    it, `of` those of its deployments, empty for what was not made through the control plane.
    """

    door: Mapping[str, Any]
    deployments: tuple[Deployment, ...] = ()
    traffic: Mapping[str, int] = {}
    mirror: Mapping[str, int] = {}
    said: Said = {}
    of: Mapping[str, Said] = {}

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return str(self.door["name"])

    @property
    def api_type(self) -> ApiType:
        """The kind of endpoint."""
        kind: ApiType = self.door["api_type"]
        return kind

    @property
    def split(self) -> dict[str, int]:
        """The percentage of every deployment."""
        return {one.name: self.traffic.get(one.name, 0) for one in self.deployments}

    def endpoint(self) -> Endpoint:
        """Give the settings to host. Raises `BadRequest`, which names what cannot be.

        Without a deployment they are those of the front door alone, behind which any shape may stand.
        """
        if not self.deployments:
            return Endpoint(**{**self.door, "schema": self.door.get("schema") or next(iter(all_schemas()))})
        try:
            return Endpoint(
                **self.door, deployments=self.deployments, traffic=self.split, mirror_traffic=dict(self.mirror)
            )
        except ValidationError as error:
            found = refusal(error)
            raise BadRequest(f"properties: {found.message}", "properties") from None


class Estate:
    """What one engine hosts, as the control plane sees it.

    `url` gives the root of an endpoint's own port, or "" if it has none.
    """

    def __init__(self, engine: Engine, url: Callable[[str], str]) -> None:
        self.engine = engine
        self.url = url
        self._said: dict[str, tuple[Said, Mapping[str, Said]]] = {}
        self._bare: dict[str, Holding] = {}
        self._keys = 0

    def __iter__(self) -> Iterator[Holding]:
        hosted = [self._hosted(one.settings) for one in self.engine.directory]
        names = {one.name for one in hosted}
        return iter([*hosted, *(one for name, one in self._bare.items() if name not in names)])

    def _hosted(self, settings: Endpoint) -> Holding:
        said, of = self._said.get(settings.name, ({}, {}))
        return Holding(door_of(settings), settings.deployments, settings.traffic, settings.mirror_traffic, said, of)

    def find(self, name: str, kind: ApiType) -> Holding | None:
        """Give the endpoint of a name, in whatever case. Raises `Conflict` for one of the other kind."""
        found = next((one for one in self if one.name.lower() == name.lower()), None)
        if found and found.api_type is not kind:
            raise Conflict(f"{found.name!r} is the name of a {found.api_type} endpoint; names are shared here.")
        return found

    def get(self, name: str, kind: ApiType) -> Holding:
        """Give the endpoint of a name. Raises `NotFound`."""
        found = next((one for one in self if one.name.lower() == name.lower() and one.api_type is kind), None)
        if found is None:
            what = "online" if kind is DEDICATED else "serverless"
            raise NotFound(f"The {what} endpoint {name[:80]!r} was not found.")
        return found

    def put(self, holding: Holding) -> None:
        """Take one in, or in the place of the one of that name: what is in flight there goes on.

        Raises `BadRequest` for settings that cannot be, and leaves all as it was.
        """
        name = holding.name
        if holding.deployments:
            try:
                self.engine.put(holding.endpoint())
            except ConfigError as error:
                raise BadRequest(str(error)) from None
            self._bare.pop(name, None)
        else:
            self.engine.remove(name)
            self._bare[name] = holding
        self._said[name] = holding.said, holding.of

    def remove(self, name: str) -> None:
        """Let one go."""
        self.engine.remove(name)
        self._bare.pop(name, None)
        self._said.pop(name, None)

    def prune(self) -> None:
        """Forget what was said of endpoints that were taken away by other means than the control plane."""
        self._bare = {name: one for name, one in self._bare.items() if self.url(name)}
        known = {one.name for one in self}
        self._said = {name: said for name, said in self._said.items() if name in known}

    def new_key(self, name: str) -> str:
        """Make a key; every one is another, and the same in every run of the same seed."""
        self._keys += 1
        draw = Draw.of(str(self.engine.seed).encode(), b"key", name.encode(), str(self._keys).encode())
        return draw.hexadecimal(b"key")

    def identity(self, name: str) -> dict[str, str]:
        """Give the system-assigned identity of a resource."""
        draw = Draw.of(str(self.engine.seed).encode(), name.encode())
        return {
            "type": "SystemAssigned",
            "principalId": draw.guid(b"principal"),
            "tenantId": Draw.of(b"tenant").guid(b""),
        }
