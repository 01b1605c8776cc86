"""TGI, Hugging Face's text-generation-inference, which serves the language models of its registry."""

from collections.abc import Mapping
from typing import Any

from azureml_emulator.errors import (
    BadBody,
    ContainerError,
    MethodNotAllowed,
    WrongContentType,
    WrongShape,
)
from azureml_emulator.inference_servers.ids import Ids
from azureml_emulator.inference_servers.inference_server import InferenceServer, Page
from azureml_emulator.inference_servers.llm_server import LLM_SERVER
from azureml_emulator.openapi import Service
from azureml_emulator.wire import JSON, Call, Headers, Result

_TEXT: Headers = (("content-type", "text/plain; charset=utf-8"),)
_FOREWORD = "Value error, "
"""What pydantic says before the words of a check that a shape makes by itself."""


class TgiServer(InferenceServer):
    """Hugging Face's text-generation-inference, written with axum.

    Compact UTF-8 JSON. Parameters out of range are refused in JSON with `error` and `error_type` (documented: its
    OpenAPI file); bodies that its framework cannot read are refused by that, in plain text (unverified).
    """

    name = "tgi"
    software = "tgi"

    @property
    def pages(self) -> Mapping[str, Page]:
        return {"/health": self._healthy, "/info": self._info}

    def _healthy(self, _: Service, __: Call) -> Result:
        return Result(200, _TEXT, ((0.0, b""),))

    def _info(self, service: Service, __: Call) -> Result:
        told = {
            "model_id": service.model,
            "max_concurrent_requests": 128,
            "max_best_of": 2,
            "max_stop_sequences": 4,
            "max_input_tokens": 4095,
            "max_total_tokens": 4096,
            "validation_workers": 2,
            "max_client_batch_size": 4,
            "router": "text-generation-router",
            "version": "2.4.1",
        }
        return Result(200, JSON, ((0.0, self.dump(told)),))

    def dump(self, value: Any) -> bytes:
        return LLM_SERVER.dump(value)

    def run_headers(self, ids: Ids, seconds: float) -> Headers:
        total = str(int(seconds * 1000))
        return (
            ("x-compute-type", "gpu+optimized"),
            ("x-compute-time", str(seconds)),
            ("x-total-time", total),
            ("x-inference-time", total),
        )

    def refuse(self, error: ContainerError, path: str, ids: Ids) -> Result:
        status, body = self._worded(error)
        allow: Headers = (("allow", error.allowed),) if isinstance(error, MethodNotAllowed) else ()
        if isinstance(body, str):
            return Result(status, _TEXT + allow, ((error.after, body.encode("utf-8", "replace")),))
        return Result(status, JSON, ((error.after, self.dump(body)),))

    @staticmethod
    def _worded(error: ContainerError) -> tuple[int, Any]:
        """Give the status and the body of a refusal: a text, or JSON."""
        match error:
            case WrongShape() if error.details[0]["type"] == "value_error":
                reason = error.details[0]["msg"].removeprefix(_FOREWORD)
                return 422, {"error": f"Input validation error: {reason}", "error_type": "validation"}
            case WrongShape():
                return 422, f"Failed to deserialize the JSON body into the target type: {error.message}"
            case BadBody():
                reason = error.message.partition(": ")[2] or "EOF while parsing a value at line 1 column 0"
                return 400, f"Failed to parse the request body as JSON: {reason}"
            case WrongContentType():
                return 415, "Expected request with `Content-Type: application/json`"
            case _ if error.in_routing:
                return error.status, ""
        return 424, {"error": "Request failed during generation", "error_type": "generation"}


TGI_SERVER = TgiServer()
