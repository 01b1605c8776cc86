"""Serverless endpoints: created, listed, changed, deleted; their keys."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.arm import keys
from azureml_emulator.arm.bodies import ServerlessBody, checked_name, document, read, refusal
from azureml_emulator.arm.endpoints import Endpoints
from azureml_emulator.arm.estate import Holding, door_of
from azureml_emulator.arm.messages import Response
from azureml_emulator.arm.routes import Visit
from azureml_emulator.arm.shapes import serverless
from azureml_emulator.azure_files.values import EndpointName
from azureml_emulator.endpoint import Endpoint


class ServerlessEndpoints(Endpoints):
    """The room of the serverless endpoints."""

    api_type = SERVERLESS
    collection = "serverlessEndpoints"

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
        return self._held(visit, holding, former is None)

    def _regenerate_keys(self, visit: Visit) -> Response:
        changed = keys.regenerated(self._estate, self._known(visit), visit)
        self._estate.put(changed)
        return self._operations.accepted(visit, keys.shown(changed))

    def _own(self, one: Holding) -> dict[str, Any]:
        said = one.said.get("properties") or {}
        base = self._estate.url(one.name)
        model = one.deployments[0].model
        return {
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
