"""What the rooms of online and of serverless endpoints have in common: to list, get, delete, and show keys."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from azureml_emulator.api_type import ApiType
from azureml_emulator.arm import keys
from azureml_emulator.arm.estate import Estate, Holding
from azureml_emulator.arm.messages import Response
from azureml_emulator.arm.operations import Operations
from azureml_emulator.arm.routes import WORKSPACE, Route, Visit


class Endpoints(ABC):
    """The room of the endpoints of one kind; `collection` is what their path calls them."""

    api_type: ClassVar[ApiType]
    collection: ClassVar[str]

    def __init__(self, estate: Estate, operations: Operations, location: str) -> None:
        self._estate = estate
        self._operations = operations
        self._location = location

    @classmethod
    def path(cls) -> str:
        """Where all of them are."""
        return f"{WORKSPACE}/{cls.collection}"

    @classmethod
    def path_of_one(cls) -> str:
        """Where each of them is."""
        return cls.path() + "/{endpoint}"

    @property
    def routes(self) -> Iterator[Route]:
        """What is answered here."""
        yield Route("GET", self.path(), self._list)
        one = self.path_of_one()
        yield Route("GET", one, self._get)
        yield Route("PUT", one, self._put)
        yield Route("DELETE", one, self._delete)
        yield Route("POST", one + "/listKeys", self._list_keys)
        yield Route("POST", one + "/regenerateKeys", self._regenerate_keys)

    @abstractmethod
    def _put(self, visit: Visit) -> Response:
        """Create an endpoint, or change it."""

    @abstractmethod
    def _regenerate_keys(self, visit: Visit) -> Response:
        """Make a new key."""

    @abstractmethod
    def _own(self, one: Holding) -> dict[str, Any]:
        """Say of an endpoint what only its kind has."""

    def _list(self, visit: Visit) -> Response:
        found = [self._resource(one, visit) for one in self._estate if one.api_type is self.api_type]
        return Response(200, {"value": found})

    def _get(self, visit: Visit) -> Response:
        return Response(200, self._resource(self._known(visit), visit))

    def _delete(self, visit: Visit) -> Response:
        found = self._estate.find(visit.names["endpoint"], self.api_type)
        if found is None:
            return Response(204)
        self._estate.remove(found.name)
        return self._operations.accepted(visit, closes=(found.name,))

    def _list_keys(self, visit: Visit) -> Response:
        return Response(200, keys.shown(self._known(visit)))

    def _known(self, visit: Visit) -> Holding:
        return self._estate.get(visit.names["endpoint"], self.api_type)

    def _held(self, visit: Visit, holding: Holding, new: bool) -> Response:
        """Take an endpoint in, and answer with it."""
        self._estate.put(holding)
        opens = {holding.name: holding.door.get("port") or 0} if new else {}
        return self._operations.created(visit, self._resource(holding, visit), new, opens)

    def _resource(self, one: Holding, visit: Visit) -> dict[str, Any]:
        return {
            "id": visit.id(self.path_of_one(), endpoint=one.name),
            "name": one.name,
            "type": f"Microsoft.MachineLearningServices/workspaces/{self.collection}",
            "location": one.said.get("location") or self._location,
            "tags": one.said.get("tags") or {},
            **self._own(one),
        }
