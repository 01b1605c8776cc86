"""azmlinfsrv, Microsoft's azureml-inference-server-http, which runs a score.py or an MLflow model."""

import json
from collections.abc import Mapping
from typing import Any

from azureml_emulator.errors import ContainerError
from azureml_emulator.inference_servers.inference_server import InferenceServer, Page
from azureml_emulator.openapi import Service
from azureml_emulator.wire import JSON, Call, Headers, Result

_ENCODER = json.JSONEncoder(check_circular=False)
HTML: Headers = (("content-type", "text/html; charset=utf-8"),)
_VERSION = "azmlinfsrv/1.5.1"


class Azmlinfsrv(InferenceServer):
    """The server of managed online endpoints with a score.py or an MLflow model.

    JSON is Python's default, ASCII with spaces (measured, azmlinfsrv 1.5.1), as are bodies and headers of refusals.
    """

    name = "azmlinfsrv"

    @property
    def pages(self) -> Mapping[str, Page]:
        return {"/": self._healthy}

    def _healthy(self, _: Service, __: Call) -> Result:
        return Result(200, HTML, ((0.0, b"Healthy"),))

    def dump(self, value: Any) -> bytes:
        return _ENCODER.encode(value).encode()

    def run_headers(self, caller_id: str, seconds: float) -> Headers:
        return (
            ("x-ms-run-function-failed", "False"),
            ("x-ms-run-fn-exec-ms", f"{seconds * 1000:.3f}"),
            ("x-ms-server-version", _VERSION),
            ("x-ms-request-id", caller_id),
        )

    def refuse(self, error: ContainerError, path: str, caller_id: str) -> Result:
        headers: Headers = (("x-ms-run-function-failed", str(error.in_scoring)),)
        if not error.in_routing:
            headers += (("x-ms-server-version", _VERSION), ("x-ms-request-id", caller_id))
        return Result(error.status, JSON + headers, ((0.0, self.dump(error.body())),))


AZMLINFSRV = Azmlinfsrv()
