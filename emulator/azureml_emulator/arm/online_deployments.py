"""Online deployments: created, listed, changed, deleted; their logs."""

from collections.abc import Iterator
from typing import Any

from azureml_emulator.api_type import DEDICATED
from azureml_emulator.arm import logs
from azureml_emulator.arm.assets import Assets
from azureml_emulator.arm.bodies import DeploymentBody, LogsBody, checked_name, document, read
from azureml_emulator.arm.errors import Conflict, NotFound
from azureml_emulator.arm.estate import Estate, Holding
from azureml_emulator.arm.messages import Response
from azureml_emulator.arm.online_endpoints import OnlineEndpoints
from azureml_emulator.arm.operations import Operations
from azureml_emulator.arm.routes import Route, Visit
from azureml_emulator.arm.shapes import deployed
from azureml_emulator.azure_files.values import DeploymentName
from azureml_emulator.endpoint import Deployment

DEPLOYMENTS = OnlineEndpoints.path_of_one() + "/deployments"
DEPLOYMENT = DEPLOYMENTS + "/{deployment}"
_LIMIT = 20
"""Deployments of an endpoint: Azure's quota (documented)."""


class OnlineDeployments:
    """The room of the deployments."""

    def __init__(self, estate: Estate, operations: Operations, assets: Assets, location: str) -> None:
        self._estate = estate
        self._operations = operations
        self._assets = assets
        self._location = location

    @property
    def routes(self) -> Iterator[Route]:
        """What is answered here."""
        yield Route("GET", DEPLOYMENTS, self._list)
        yield Route("GET", DEPLOYMENT, self._get)
        yield Route("PUT", DEPLOYMENT, self._put)
        yield Route("DELETE", DEPLOYMENT, self._delete)
        yield Route("POST", DEPLOYMENT + "/getLogs", self._get_logs)

    def _list(self, visit: Visit) -> Response:
        holding = self._holding(visit)
        return Response(200, {"value": [self._resource(holding, one, visit) for one in holding.deployments]})

    def _get(self, visit: Visit) -> Response:
        holding, one = self._known(visit)
        return Response(200, self._resource(holding, one, visit))

    def _put(self, visit: Visit) -> Response:
        name = checked_name(visit.names["deployment"], DeploymentName, "deployment")
        holding = self._holding(visit)
        said = document(visit.request.body)
        body = read(DeploymentBody, said)
        former = next((one for one in holding.deployments if one.name.lower() == name.lower()), None)
        if former is None and len(holding.deployments) == _LIMIT:
            raise Conflict(f"The endpoint {holding.name!r} has {_LIMIT} deployments, and takes no more.")
        shaped = holding.door.get("schema") is not None
        one = deployed(former.name if former else name, body, self._assets, shaped)
        kept = tuple(one if each is former else each for each in holding.deployments)
        deployments = kept if former else (*kept, one)
        changed = holding._replace(deployments=deployments, of={**holding.of, one.name: said})
        self._estate.put(changed)
        return self._operations.created(visit, self._resource(changed, one, visit), former is None)

    def _delete(self, visit: Visit) -> Response:
        try:
            holding, one = self._known(visit)
        except NotFound:
            return Response(204)
        percent = holding.split[one.name]
        if percent:
            raise Conflict(
                f"The deployment {one.name!r} has {percent} % of the traffic of {holding.name!r}; "
                "give it to others, or to none, before you delete it."
            )
        self._estate.put(
            holding._replace(
                deployments=tuple(each for each in holding.deployments if each is not one),
                traffic=_without(holding.traffic, one.name),
                mirror=_without(holding.mirror, one.name),
                of=_without(holding.of, one.name),
            )
        )
        return self._operations.accepted(visit)

    def _get_logs(self, visit: Visit) -> Response:
        holding, one = self._known(visit)
        body = read(LogsBody, document(visit.request.body) if visit.request.body else {})
        if body.container_type.lower() == "storageinitializer":
            return Response(200, {"content": ""})  # the emulator loads no model
        return Response(200, {"content": logs.content(self._estate.engine, holding.name, one.name, body.tail)})

    def _holding(self, visit: Visit) -> Holding:
        return self._estate.get(visit.names["endpoint"], DEDICATED)

    def _known(self, visit: Visit) -> tuple[Holding, Deployment]:
        holding, name = self._holding(visit), visit.names["deployment"]
        one = next((each for each in holding.deployments if each.name.lower() == name.lower()), None)
        if one is None:
            raise NotFound(f"The endpoint {holding.name!r} has no deployment {name[:80]!r}.")
        return holding, one

    def _resource(self, holding: Holding, one: Deployment, visit: Visit) -> dict[str, Any]:
        said = holding.of.get(one.name, {})
        properties = said.get("properties") or {}
        return {
            "id": visit.id(DEPLOYMENT, endpoint=holding.name, deployment=one.name),
            "name": one.name,
            "type": "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
            "location": said.get("location") or self._location,
            "tags": said.get("tags") or {},
            "kind": "Managed",
            "sku": {"name": "Default", "capacity": one.instance_count},
            "properties": {
                "model": None if one.model == holding.name else one.model,  # the name it reports by default
                "instanceType": "Standard_DS3_v2",
                "scaleSettings": {"scaleType": "Default"},
                "appInsightsEnabled": False,
                "environmentVariables": {},
                "properties": {},
                **{name: value for name, value in properties.items() if value is not None},
                "requestSettings": _request_settings(one),
                "endpointComputeType": "Managed",
                "provisioningState": "Succeeded",
            },
        }


def _request_settings(one: Deployment) -> dict[str, Any]:
    """Write what the deployment is held to; what is not limited here shows as Azure's default."""
    settings = one.request_settings
    requests = settings.max_concurrent_requests_per_instance if settings else None
    timeout = settings.request_timeout_ms if settings else None
    wait = settings.max_queue_wait_ms if settings else None
    return {
        "maxConcurrentRequestsPerInstance": requests or 1,
        "requestTimeout": _duration(timeout or 5000),
        "maxQueueWait": _duration(500 if wait is None else wait),
    }


def _duration(milliseconds: int) -> str:
    """Write a duration as Azure does: PT1M30S."""
    minutes, rest = divmod(milliseconds, 60_000)
    seconds = f"{rest / 1000:g}S" if rest or not minutes else ""
    return f"PT{minutes}M{seconds}" if minutes else f"PT{seconds}"


def _without(mapping: Any, name: str) -> dict[str, Any]:
    return {one: value for one, value in mapping.items() if one != name}
