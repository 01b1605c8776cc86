"""A control plane as a value: what it opens and closes is written down, no port is touched."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from azureml_emulator.arm.messages import Request, Response
from azureml_emulator.arm.plane import ControlPlane
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.wire import Call, Reply

WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
NOON = 1_700_000_000.25
GPT2 = "azureml://registries/azureml/models/gpt2/versions/18"


class Azure:
    """A plane, its engine, and the ports that are open."""

    def __init__(self) -> None:
        self.engine = Engine([Endpoint("configured", schema="gpt2")])
        self.ports = {"configured"}
        self.plane = ControlPlane(self.engine, lambda name: f"http://{name}.test" if name in self.ports else "")

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """Send a request for something in the workspace, or anywhere if the path starts with a slash."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        path, _, version = path.partition("?api-version=")
        where = path if path.startswith("/") else f"{WORKSPACE}/{path}"
        sent = {"authorization": "Bearer anything", **headers}
        query = {"api-version": version} if version else {}
        response = self.plane.answer(Request(method, where, query, sent, raw, "https://arm.test", NOON))
        json.loads(response.body or b"null")
        self.ports |= set(response.opens)
        self.ports -= set(response.closes)
        return response

    def value(self, method: str, path: str, body: Any = None) -> Any:
        """Give what is answered, which must be a success."""
        response = self.ask(method, path, body)
        assert response.status < 300, response.value
        return response.value

    def error(self, method: str, path: str, body: Any = None) -> tuple[int, str, str]:
        """Give status, code and message of a refusal."""
        response = self.ask(method, path, body)
        assert response.status >= 400
        return response.status, response.value["error"]["code"], response.value["error"]["message"]

    def endpoint(self, name: str = "front", **properties: Any) -> Any:
        """Create an online endpoint, or change it."""
        properties = {"authMode": "Key", **properties}
        return self.value("PUT", f"onlineEndpoints/{name}", {"location": "eastus2", "properties": properties})

    def deployment(self, name: str = "blue", endpoint: str = "front", **body: Any) -> Any:
        """Create a deployment, or change it."""
        body = {"properties": {"model": GPT2}, "sku": {"name": "Default", "capacity": 1}, **body}
        return self.value("PUT", f"onlineEndpoints/{endpoint}/deployments/{name}", body)

    def score(self, key: str, endpoint: str = "front", body: Any = None, path: str = "/score", **more: str) -> Reply:
        """Call an endpoint as its own port does."""
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        raw = json.dumps(body or {"input_data": ["hello"]}).encode()
        return self.engine.score(Call("POST", path, headers, raw, NOON, endpoint))

    def key(self, endpoint: str = "front") -> str:
        """Give the primary key."""
        key: str = self.value("POST", f"onlineEndpoints/{endpoint}/listKeys")["primaryKey"]
        return key


@pytest.fixture
def azure() -> Azure:
    """A control plane over an engine that hosts one endpoint already."""
    return Azure()


@pytest.fixture
def ready(azure: Azure) -> Azure:
    """One with an endpoint `front`, and all its traffic on `blue`."""
    azure.endpoint()
    azure.deployment()
    azure.endpoint(traffic={"blue": 100})
    return azure


@pytest.fixture(scope="session")
def make_azure() -> Callable[[], Azure]:
    """Make control planes, for tests that need many."""
    return Azure
