"""The kinds of endpoint: how each one's front door takes keys, and passes on what containers answer."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType

from azureml_emulator.errors import AccessDenied, BadAuthorization, DoorError, KeyMissing
from azureml_emulator.wire import JSON, TEXT, Result


class ApiType(ABC):
    """How an endpoint's front door finds the caller's key, and passes an answer on.

    `door` says whether there is a front door at all, `answers` what that answers by itself, by status.
    """

    name: str
    door: bool = True
    answers: Mapping[int, str] = MappingProxyType({})

    @abstractmethod
    def key_in(self, headers: Mapping[str, str]) -> str:
        """Find the caller's key. Raises `AccessDenied` or `BadAuthorization`."""

    @abstractmethod
    def forward(self, result: Result) -> Result:
        """Pass the container's answer through the front door."""

    def refuse(self, error: DoorError) -> Result:
        """Render a refusal by the front door itself."""
        return Result(error.status, TEXT + error.headers, ((error.after, error.text.encode(errors="replace")),))

    def __repr__(self) -> str:
        return self.name


def _bearer(authorization: str) -> tuple[str, str]:
    """Split the Authorization header into scheme and key; the key is empty if there is only one word."""
    scheme, _, key = authorization.strip().partition(" ")
    return scheme, key.strip()


class Dedicated(ApiType):
    """A managed online endpoint, which Azure's front door stands before.

    Keys: `Authorization: Bearer KEY`, scheme in any case (documented; Microsoft samples use both). Whatever the
    container answers but 200 becomes a 424 with the container's own body and two headers (documented; code of the
    front door's filter).
    """

    name = "dedicated"
    answers = MappingProxyType(
        {
            401: "The key or token is missing, wrong or expired.",
            403: "The Authorization header is no bearer.",
            404: "There is no such deployment, or none with traffic.",
            408: "The model took longer than request_timeout_ms.",
            424: "The model is not ready, or answered anything but 200.",
            429: "Too many requests, at once or a second.",
        }
    )

    def key_in(self, headers: Mapping[str, str]) -> str:
        authorization = headers.get("authorization")
        if authorization is None:
            raise KeyMissing("no Authorization header")
        scheme, key = _bearer(authorization)
        if scheme.lower() != "bearer" or not key:
            raise BadAuthorization("the Authorization header is not 'Bearer KEY'")
        return key

    def forward(self, result: Result) -> Result:
        if result.status == 200:
            return result
        model_error = (
            ("ms-azureml-model-error-reason", "model_error"),
            ("ms-azureml-model-error-statuscode", str(result.status)),
        )
        return result._replace(status=424, headers=result.headers + model_error)


class Serverless(ApiType):
    """A serverless API (model as a service): OpenAI-style routes, no rewriting of errors.

    Keys: `Authorization: Bearer KEY`, the bare key, or `api-key: KEY` (documented; Microsoft notebooks; the
    azure-ai-inference SDK sends two at once).
    """

    name = "serverless"
    answers = MappingProxyType(
        {
            400: "A parameter is not allowed, or the content filter refused.",
            401: "The key is missing or wrong.",
            404: "There is no such path.",
            429: "Too many requests.",
        }
    )

    def key_in(self, headers: Mapping[str, str]) -> str:
        authorization = headers.get("authorization")
        if not authorization:
            if "api-key" in headers:
                return headers["api-key"].strip()
            raise KeyMissing("no Authorization and no api-key header")
        scheme, key = _bearer(authorization)
        if not key:
            return scheme
        if scheme.lower() != "bearer":
            raise AccessDenied("the Authorization header is neither 'Bearer KEY' nor a bare key")
        return key

    def forward(self, result: Result) -> Result:
        return result

    def refuse(self, error: DoorError) -> Result:
        if error.serverless is None:
            return super().refuse(error)
        body = json.dumps(dict(error.serverless)).encode()
        return Result(error.status, JSON + error.headers, ((error.after, body),))


class Local(ApiType):
    """One deployment in a container of its own, as of `az ml online-endpoint create --local`: there is no front door.

    No keys, no traffic rules, no limits (documented). The container's status, body and ids come as they are.
    """

    name = "local"
    door = False

    def key_in(self, headers: Mapping[str, str]) -> str:
        return ""

    def forward(self, result: Result) -> Result:
        return result


class Replayed(Local):
    """What was recorded, refusals by the front door included, so that any key will do, and none."""

    name = "replayed"


DEDICATED = Dedicated()
SERVERLESS = Serverless()
LOCAL = Local()
REPLAYED = Replayed()
API_TYPES: Mapping[str, ApiType] = {one.name: one for one in (DEDICATED, SERVERLESS, LOCAL)}
"""All kinds by name, but for `REPLAYED`, which an endpoint is that has a cassette."""
