"""Microsoft's LLM server (llm-optimized-inference), which serves language models, serverless and dedicated."""

import json
from collections.abc import Mapping
from typing import Any

from azureml_emulator.errors import ContainerError
from azureml_emulator.inference_servers.inference_server import InferenceServer, Page
from azureml_emulator.openapi import Service
from azureml_emulator.wire import JSON, Call, Headers, Result

_COMPACT = json.JSONEncoder(check_circular=False, ensure_ascii=False, separators=(",", ":"))
_COMPACT_ASCII = json.JSONEncoder(check_circular=False, separators=(",", ":"))


class LlmServer(InferenceServer):
    """The FastAPI server of language models.

    Compact UTF-8 JSON, and refusals with pydantic's details (measured, llm-optimized-inference 0.2.58).
    """

    name = "llm-server"

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

    def run_headers(self, caller_id: str, seconds: float) -> Headers:
        return ()

    def refuse(self, error: ContainerError, path: str, caller_id: str) -> Result:
        allow: Headers = (("allow", "POST"),) if error.llm_status == 405 else ()
        return Result(error.llm_status, allow + JSON, ((0.0, self.dump(error.llm_body())),))


LLM_SERVER = LlmServer()
