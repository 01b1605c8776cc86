"""Serverless endpoints: created, listed, changed, deleted; their keys."""

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.arm import keys
from azureml_emulator.arm.bodies import ServerlessBody, checked_name, document, read, refusal
from azureml_emulator.arm.estate import Estate, Holding, door_of
from azureml_emulator.arm.messages import Response
from azureml_emulator.arm.operations import Operations
from azureml_emulator.arm.routes import WORKSPACE, Route, Visit
from azureml_emulator.arm.shapes import serverless
from azureml_emulator.azure_files.values import EndpointName
from azureml_emulator.endpoint import Endpoint

ENDPOINTS = WORKSPACE + "/serverlessEndpoints"
ENDPOINT = ENDPOINTS + "/{endpoint}"


class ServerlessEndpoints:
    """The room of the serverless endpoints."""

    def __init__(self, estate: Estate, operations: Operations, location: str) -> None:
        self._estate = estate
        self._operations = operations
        self._location = location

    @property
    def routes(self) -> Iterator[Route]:
        """What is answered here."""
        yield Route("GET", ENDPOINTS, self._list)
        yield Route("GET", ENDPOINT, self._get)
        yield Route("PUT", ENDPOINT, self._put)
        yield Route("DELETE", ENDPOINT, self._delete)
        yield Route("POST", ENDPOINT + "/listKeys", self._list_keys)
        yield Route("POST", ENDPOINT + "/regenerateKeys", self._regenerate_keys)

    def _list(self, visit: Visit) -> Response:
        found = [self._resource(one, visit) for one in self._estate if one.api_type is SERVERLESS]
        return Response(200, {"value": found})

    def _get(self, visit: Visit) -> Response:
        return Response(200, self._resource(self._known(visit), visit))

    def _put(self, visit: Visit) -> Response:
        name = checked_name(visit.names["endpoint"], EndpointName, "endpoint")
        said = document(visit.request.body)
        settings = serverless(name, read(ServerlessBody, said))
        former = self._estate.find(name, SERVERLESS)
        if former:
            settings |= {one: former.door[one] for one in ("name", "key", "secondary_key")}
        else:
            settings |= {one: self._estate.new_key(name) for one in ("key", "secondary_key") if one not in settings}
        try:
            endpoint: Endpoint = TypeAdapter(Endpoint).validate_python(settings)
        except ValidationError as error:
            raise refusal(error) from None
        holding = Holding(door_of(endpoint), endpoint.deployments, endpoint.traffic, said=said)
        self._estate.put(holding)
        opens = {} if former else {name: holding.door.get("port") or 0}
        return self._operations.created(visit, self._resource(holding, visit), former is None, opens)

    def _delete(self, visit: Visit) -> Response:
        found = self._estate.find(visit.names["endpoint"], SERVERLESS)
        if found is None:
            return Response(204)
        self._estate.remove(found.name)
        return self._operations.accepted(visit, closes=(found.name,))

    def _list_keys(self, visit: Visit) -> Response:
        return Response(200, keys.shown(self._known(visit)))

    def _regenerate_keys(self, visit: Visit) -> Response:
        changed = keys.regenerated(self._estate, self._known(visit), visit)
        self._estate.put(changed)
        return self._operations.accepted(visit, keys.shown(changed))

    def _known(self, visit: Visit) -> Holding:
        return self._estate.get(visit.names["endpoint"], SERVERLESS)

    def _resource(self, one: Holding, visit: Visit) -> dict[str, Any]:
        said = one.said.get("properties") or {}
        base = self._estate.url(one.name)
        model = one.deployments[0].model
        return {
            "id": visit.id(ENDPOINT, endpoint=one.name),
            "name": one.name,
            "type": "Microsoft.MachineLearningServices/workspaces/serverlessEndpoints",
            "location": one.said.get("location") or self._location,
            "tags": one.said.get("tags") or {},
            "sku": {"name": "Consumption"},
            "properties": {
                "authMode": "Key",
                "modelSettings": said.get("modelSettings") or {"modelId": model},
                "contentSafety": said.get("contentSafety") or {"contentSafetyStatus": "Enabled"},
                "inferenceEndpoint": {"uri": base, "headers": {}} if base else None,
                "endpointState": "Online" if base else "Creating",
                "provisioningState": "Succeeded" if base else "Creating",
            },
        }
