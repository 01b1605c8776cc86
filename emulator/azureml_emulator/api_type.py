"""The two kinds of endpoint Azure ML has, and all in which they differ on the wire.

A schema names its api type; nothing else in the emulator asks which one it is.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

from azureml_emulator.errors import AccessDenied, BadAuthorization, ContainerError
from azureml_emulator.wire import Headers, Write

JSON: Headers = (("content-type", "application/json"),)
EVENTS: Headers = (("content-type", "text/event-stream; charset=utf-8"),)
END_OF_STREAM = b"data: [DONE]\n\n"


def server_sent(event: bytes) -> bytes:
    """Frame one event of a stream.

    No comments, no `event:` lines, LF only: Microsoft's own SDK refuses a stream that has them (measured).
    """
    return b"data: " + event + b"\n\n"


class Result(NamedTuple):
    """What the container gives back to the front door, before that adds its own headers."""

    status: int
    headers: Headers
    writes: tuple[Write, ...]
    chunked: bool = False


class ApiType(ABC):
    """How an endpoint takes its key, writes JSON, refuses, and passes a refusal on."""

    name: str

    @abstractmethod
    def key_in(self, headers: Mapping[str, str]) -> str:
        """Find the caller's key. Raises `AccessDenied` or `BadAuthorization`."""

    @abstractmethod
    def healthy(self) -> Result:
        """Answer `GET /`, as the container's probe sees it."""

    @abstractmethod
    def dump(self, value: Any) -> bytes:
        """Write a JSON answer as this kind's servers do."""

    @abstractmethod
    def run_headers(self, caller_id: str, seconds: float) -> Headers:
        """Give the headers that the container adds to a scoring that took `seconds`."""

    @abstractmethod
    def refuse(self, error: ContainerError, caller_id: str) -> Result:
        """Render a container's refusal."""

    @abstractmethod
    def forward(self, result: Result) -> Result:
        """Pass the container's answer through the front door."""

    def __repr__(self) -> str:
        return self.name


def _bearer(authorization: str) -> tuple[str, str]:
    """Split the Authorization header into scheme and key; the key is empty if there is only one word."""
    scheme, _, key = authorization.strip().partition(" ")
    return scheme, key.strip()


_PYTHON = json.JSONEncoder(check_circular=False)
_COMPACT = json.JSONEncoder(check_circular=False, ensure_ascii=False, separators=(",", ":"))
_COMPACT_ASCII = json.JSONEncoder(check_circular=False, separators=(",", ":"))
_AZMLINFSRV = "azmlinfsrv/1.5.1"


class Dedicated(ApiType):
    """A managed online endpoint: azmlinfsrv behind Azure's front door.

    Keys: `Authorization: Bearer KEY`, scheme in any case (documented; Microsoft samples use both). JSON is
    Python's default, ASCII with spaces (measured, azmlinfsrv 1.5.1). Whatever the container answers but 200
    becomes a 424 with the container's own body and two headers (documented; code of the front door's filter).
    """

    name = "dedicated"

    def key_in(self, headers: Mapping[str, str]) -> str:
        authorization = headers.get("authorization")
        if authorization is None:
            raise AccessDenied("no Authorization header")
        scheme, key = _bearer(authorization)
        if scheme.lower() != "bearer" or not key:
            raise BadAuthorization("the Authorization header is not 'Bearer KEY'")
        return key

    def healthy(self) -> Result:
        return Result(200, (("content-type", "text/html; charset=utf-8"),), ((0.0, b"Healthy"),))

    def dump(self, value: Any) -> bytes:
        return _PYTHON.encode(value).encode()

    def run_headers(self, caller_id: str, seconds: float) -> Headers:
        return (
            ("x-ms-run-function-failed", "False"),
            ("x-ms-run-fn-exec-ms", f"{seconds * 1000:.3f}"),
            ("x-ms-server-version", _AZMLINFSRV),
            ("x-ms-request-id", caller_id),
        )

    def refuse(self, error: ContainerError, caller_id: str) -> Result:
        headers: Headers = (("x-ms-run-function-failed", str(error.in_scoring)),)
        if not error.in_routing:
            headers += (("x-ms-server-version", _AZMLINFSRV), ("x-ms-request-id", caller_id))
        return Result(error.status, JSON + headers, ((0.0, self.dump(error.body())),))

    def forward(self, result: Result) -> Result:
        if result.status == 200:
            return result
        model_error = (
            ("ms-azureml-model-error-reason", "model_error"),
            ("ms-azureml-model-error-statuscode", str(result.status)),
        )
        return Result(424, result.headers + model_error, result.writes)


class Serverless(ApiType):
    """A serverless API (model as a service): OpenAI-style routes, no rewriting of errors.

    Keys: `Authorization: Bearer KEY`, the bare key, or `api-key: KEY` (documented; Microsoft notebooks; the
    azure-ai-inference SDK sends two at once). Refusals are those of Microsoft's LLM server (measured,
    llm-optimized-inference 0.2.58), compact UTF-8 JSON.
    """

    name = "serverless"

    def key_in(self, headers: Mapping[str, str]) -> str:
        authorization = headers.get("authorization")
        if not authorization:
            if "api-key" in headers:
                return headers["api-key"].strip()
            raise AccessDenied("no Authorization and no api-key header")
        scheme, key = _bearer(authorization)
        if not key:
            return scheme
        if scheme.lower() != "bearer":
            raise AccessDenied("the Authorization header is neither 'Bearer KEY' nor a bare key")
        return key

    def dump(self, value: Any) -> bytes:
        try:
            return _COMPACT.encode(value).encode()
        except UnicodeEncodeError:  # half a surrogate pair has no UTF-8; escaped, it arrives all the same
            return _COMPACT_ASCII.encode(value).encode()

    def healthy(self) -> Result:
        return Result(200, JSON, ((0.0, b'"healthy"'),))

    def run_headers(self, caller_id: str, seconds: float) -> Headers:
        return ()

    def refuse(self, error: ContainerError, caller_id: str) -> Result:
        allow: Headers = (("allow", "POST"),) if error.llm_status == 405 else ()
        return Result(error.llm_status, allow + JSON, ((0.0, self.dump(error.llm_body())),))

    def forward(self, result: Result) -> Result:
        return result


DEDICATED = Dedicated()
SERVERLESS = Serverless()
