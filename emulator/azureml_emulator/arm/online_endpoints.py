"""Online endpoints: created, listed, changed, deleted; their keys and tokens."""

from collections.abc import Iterator, Mapping
from typing import Any

from azureml_emulator.api_type import DEDICATED
from azureml_emulator.arm import keys
from azureml_emulator.arm.bodies import EndpointBody, checked_name, document, read
from azureml_emulator.arm.endpoints import Endpoints
from azureml_emulator.arm.errors import BadRequest
from azureml_emulator.arm.estate import Holding
from azureml_emulator.arm.messages import Response
from azureml_emulator.arm.routes import Route, Visit
from azureml_emulator.arm.shapes import fronted
from azureml_emulator.azure_files.values import EndpointName
from azureml_emulator.spelling import nearest

AUTH_MODES = {"key": "Key", "aml_token": "AMLToken", "aad_token": "AADToken"}


class OnlineEndpoints(Endpoints):
    """The room of the online endpoints."""

    api_type = DEDICATED
    collection = "onlineEndpoints"

    @property
    def routes(self) -> Iterator[Route]:
        yield from super().routes
        yield Route("POST", self.path_of_one() + "/token", self._token)

    def _put(self, visit: Visit) -> Response:
        name = checked_name(visit.names["endpoint"], EndpointName, "endpoint")
        said = document(visit.request.body)
        body = read(EndpointBody, said)
        former = self._estate.find(name, DEDICATED)
        door = fronted({**(former.door if former else self._new(name, body)), **_mode(body)}, body.tags)
        holding = (former or Holding(door))._replace(
            door=door,
            said=said,
            traffic=body.properties.traffic,
            mirror=_without_zeroes(body.properties.mirror_traffic),
        )
        _check_traffic(holding)
        return self._held(visit, holding, former is None)

    def _new(self, name: str, body: EndpointBody) -> dict[str, Any]:
        given = body.properties.keys
        return {
            "name": name,
            "api_type": DEDICATED,
            "auth_mode": "key",
            "key": given.primary_key or self._estate.new_key(name),
            "secondary_key": given.secondary_key or self._estate.new_key(name),
        }

    def _regenerate_keys(self, visit: Visit) -> Response:
        self._estate.put(keys.regenerated(self._estate, self._known(visit), visit))
        return self._operations.accepted(visit)

    def _token(self, visit: Visit) -> Response:
        return Response(200, keys.token(self._known(visit), visit.request.at))

    def _own(self, one: Holding) -> dict[str, Any]:
        said = one.said.get("properties") or {}
        base = self._estate.url(one.name)
        path = one.endpoint().paths[0] if one.deployments else "/score"
        return {
            "kind": "Managed",
            "identity": self._estate.identity(one.name),
            "properties": {
                "authMode": AUTH_MODES[one.door["auth_mode"]],
                "description": said.get("description"),
                "traffic": one.split,
                "mirrorTraffic": dict(one.mirror),
                "scoringUri": base + path if base else None,
                "swaggerUri": base + "/swagger.json" if base else None,
                "provisioningState": "Succeeded" if base else "Creating",
                "publicNetworkAccess": said.get("publicNetworkAccess") or "Enabled",
                "properties": said.get("properties") or {},
            },
        }


def _mode(body: EndpointBody) -> dict[str, str]:
    said = "auth_mode" in body.properties.model_fields_set
    return {"auth_mode": body.properties.auth_mode} if said else {}


def _without_zeroes(split: Mapping[str, int]) -> dict[str, int]:
    return {name: percent for name, percent in split.items() if percent}


def _check_traffic(holding: Holding) -> None:
    """Hold to Azure's rules for live traffic (documented): it sums to 0 or 100, over deployments that there are."""
    names = [one.name for one in holding.deployments]
    for field, split in (("traffic", _without_zeroes(holding.traffic)), ("mirrorTraffic", holding.mirror)):
        for name in split:
            if name not in names:
                known = ", ".join(names) or "none"
                message = f"{name[:80]!r} is no deployment of this endpoint{nearest(name, names)}; there are: {known}"
                raise BadRequest(f"properties.{field}: {message}", f"properties.{field}")
    total = sum(holding.traffic.values())
    if total not in (0, 100):
        raise BadRequest(f"properties.traffic: expected a sum of 0 or 100, not {total}", "properties.traffic")
