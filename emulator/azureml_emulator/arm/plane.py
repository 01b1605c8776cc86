"""The control plane: a request to Azure Resource Manager goes in, its answer comes out. No socket, no clock."""

from collections.abc import Callable

from azureml_emulator.arm.assets import Assets
from azureml_emulator.arm.errors import ArmError, Unauthenticated, Unavailable
from azureml_emulator.arm.estate import Estate
from azureml_emulator.arm.messages import Request, Response
from azureml_emulator.arm.online_deployments import OnlineDeployments
from azureml_emulator.arm.online_endpoints import OnlineEndpoints
from azureml_emulator.arm.operations import Operations
from azureml_emulator.arm.routes import Routes
from azureml_emulator.arm.serverless_endpoints import ServerlessEndpoints
from azureml_emulator.arm.workspace import Workspace
from azureml_emulator.engine import Engine

LOCATION = "eastus2"


class ControlPlane:
    """What of Azure Resource Manager the SDK `azure-ai-ml` needs, for the endpoints of one engine.

    `url` gives the root of an endpoint's own port, or "" as long as it has none. Any bearer token is as good as any
    other: the emulator does not ask who manages it. Every api-version is taken, also none.
    """

    def __init__(self, engine: Engine, url: Callable[[str], str]) -> None:
        self._estate = Estate(engine, url)
        self._engine = engine
        operations = Operations(LOCATION)
        assets = Assets()
        rooms = (
            Workspace(LOCATION),
            OnlineEndpoints(self._estate, operations, LOCATION),
            OnlineDeployments(self._estate, operations, assets, LOCATION),
            ServerlessEndpoints(self._estate, operations, LOCATION),
            assets,
            operations,
        )
        self.routes = Routes(route for room in rooms for route in room.routes)

    def answer(self, request: Request) -> Response:
        """Answer a request. Never raises for anything a caller may send."""
        try:
            if self._engine.draining:
                raise Unavailable("The emulator is shutting down.")
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise Unauthenticated("Authentication failed: the Authorization header has no bearer token.")
            self._estate.prune()
            route, visit = self.routes.find(request)
            return route.answer(visit)
        except ArmError as error:
            return Response(error.status, error.value)
