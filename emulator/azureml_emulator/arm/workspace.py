"""The workspace, and what stands above it: subscriptions, resource groups, registries.

An emulator is one workspace, whatever a caller's subscription, resource group and workspace are called.
"""

from collections.abc import Iterator
from typing import Any

from azureml_emulator.arm.messages import Response
from azureml_emulator.arm.routes import PROVIDER, WORKSPACE, Route, Visit
from azureml_emulator.draw import Draw

_SUBSCRIPTION = "/subscriptions/{subscription}"
_GROUP = _SUBSCRIPTION + "/resourceGroups/{group}"
_REGISTRY = "/registrymanagement/v1.0/registries/{registry}/discovery"


class Workspace:
    """The rooms that every caller passes."""

    def __init__(self, location: str) -> None:
        self._location = location

    @property
    def routes(self) -> Iterator[Route]:
        """What is answered here."""
        yield Route("GET", _SUBSCRIPTION, self._subscription)
        yield Route("GET", _GROUP, self._group)
        yield Route("GET", PROVIDER + "/workspaces", self._list)
        yield Route("GET", WORKSPACE, lambda visit: Response(200, self._resource(visit, visit.names["workspace"])))
        yield Route("GET", _REGISTRY, self._registry)

    def _subscription(self, visit: Visit) -> Response:
        name = visit.names["subscription"]
        found = {"id": visit.id(_SUBSCRIPTION), "subscriptionId": name, "displayName": name, "state": "Enabled"}
        return Response(200, found)

    def _group(self, visit: Visit) -> Response:
        found = {"id": visit.id(_GROUP), "name": visit.names["group"], "location": self._location, "tags": {}}
        return Response(200, {**found, "properties": {"provisioningState": "Succeeded"}})

    def _list(self, visit: Visit) -> Response:
        return Response(200, {"value": [self._resource(visit, "emulator")]})

    def _resource(self, visit: Visit, name: str) -> dict[str, Any]:
        draw = Draw.of(b"workspace", name.encode())
        return {
            "id": visit.id(WORKSPACE, workspace=name),
            "name": name,
            "type": "Microsoft.MachineLearningServices/workspaces",
            "location": self._location,
            "tags": {},
            "kind": "Default",
            "sku": {"name": "Basic", "tier": "Basic"},
            "identity": {"type": "SystemAssigned"},
            "properties": {
                "workspaceId": draw.guid(b"id"),
                "friendlyName": name,
                "description": "azureml-emulator",
                "discoveryUrl": f"{visit.request.base}/discovery",
                "provisioningState": "Succeeded",
                "tenantId": draw.guid(b"tenant"),
            },
        }

    def _registry(self, visit: Visit) -> Response:
        base = visit.request.base + "/"
        found = {
            "registryName": visit.names["registry"],
            "primaryRegion": self._location,
            "primaryRegionResourceProviderUri": base,
            "regions": [self._location],
            "registryFqdns": {self._location: {"uri": base}},
            "subscriptionId": "00000000-0000-0000-0000-000000000000",
            "resourceGroup": "registries",
        }
        return Response(200, found)
