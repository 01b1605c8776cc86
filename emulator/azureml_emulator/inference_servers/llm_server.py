"""Microsoft's LLM server (llm-optimized-inference), which serves language models, serverless and dedicated."""

import json
from collections.abc import Mapping
from typing import Any

from azureml_emulator.errors import BadBody, ContainerError, MethodNotAllowed, ScoringFailed, WrongShape
from azureml_emulator.inference_servers.ids import Ids
from azureml_emulator.inference_servers.inference_server import InferenceServer, Page
from azureml_emulator.openapi import Service
from azureml_emulator.wire import JSON, Call, Headers, Result

_SCORE = "/score"
_COMPACT = json.JSONEncoder(check_circular=False, ensure_ascii=False, separators=(",", ":"))
_COMPACT_ASCII = json.JSONEncoder(check_circular=False, separators=(",", ":"))


class LlmServer(InferenceServer):
    """The FastAPI server of language models.

    Compact UTF-8 JSON, and refusals with pydantic's details (measured, llm-optimized-inference 0.2.58).
    """

    name = "llm-server"
    software = "uvicorn"

    @property
    def pages(self) -> Mapping[str, Page]:
        return {"/": self._healthy}

    def _healthy(self, _: Service, __: Call) -> Result:
        return Result(200, JSON, ((0.0, b'"healthy"'),))

    def dump(self, value: Any) -> bytes:
        try:
            return _COMPACT.encode(value).encode()
        except UnicodeEncodeError:  # half a surrogate pair has no UTF-8; escaped, it arrives all the same
            return _COMPACT_ASCII.encode(value).encode()

    def run_headers(self, ids: Ids, seconds: float) -> Headers:
        return ()

    def refuse(self, error: ContainerError, path: str, ids: Ids) -> Result:
        if path == _SCORE and isinstance(error, BadBody | ScoringFailed | WrongShape):
            status, body = self._bewildered(error)
            return Result(status, JSON, ((error.after, self.dump(body)),))
        allow: Headers = (("allow", error.allowed),) if isinstance(error, MethodNotAllowed) else ()
        return Result(error.llm_status, allow + JSON, ((error.after, self.dump(error.llm_body())),))

    @staticmethod
    def _bewildered(error: ContainerError) -> tuple[int, Any]:
        """Say what `/score` answers to what it does not understand, and when the model fails.

        That is an empty object, as if all were well; only a body that is no JSON is an error (both measured).
        """
        if not isinstance(error, BadBody):
            return 200, {}
        reason = error.message.partition(": ")[2] or "Expecting value: line 1 column 1 (char 0)"
        message = f"An error occurred during the request processing: {reason}"
        return 500, {"error": {"code": "Internal Server Error", "message": message, "status": 500}}


LLM_SERVER = LlmServer()
