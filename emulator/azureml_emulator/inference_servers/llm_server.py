"""Microsoft's LLM server (llm-optimized-inference), which serves language models, serverless and dedicated."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from azureml_emulator.errors import (
    BadBody,
    ContainerError,
    ContentUnsafe,
    ExtraParameters,
    MethodNotAllowed,
    PathNotFound,
    ScoringFailed,
    UnknownExtraOption,
    WrongShape,
)
from azureml_emulator.inference_servers.ids import Ids
from azureml_emulator.inference_servers.inference_server import Headings, InferenceServer, Page, Read
from azureml_emulator.inference_servers.publisher import publisher
from azureml_emulator.json_text import writer
from azureml_emulator.openapi import LLM_STYLE, Service, document
from azureml_emulator.wire import JSON, Call, Headers, Result

_SCORE = "/score"
_compact = writer(ascii_only=False, compact=True)
_compact_ascii = writer(compact=True)

_OPTIONS = [_ERROR, _DROP, _PASS] = ["error", "drop", "pass-through"]
_VERSIONED = ("/v1/", "/openai/v1/")


class LlmServer(InferenceServer):
    """The FastAPI server of language models.

    Compact UTF-8 JSON, and refusals with pydantic's details (measured, llm-optimized-inference 0.2.58).
    """

    name = "llm-server"
    software = "uvicorn"

    @property
    def pages(self) -> Mapping[str, Page]:
        return {"/": self._healthy, "/info": self._info, "/swagger.json": self._swagger}

    def _healthy(self, _: Service, __: Call) -> Result:
        return Result(200, JSON, ((0.0, b'"healthy"'),))

    def _swagger(self, service: Service, __: Call) -> Result:
        return Result(200, JSON, ((0.0, self.dump(document(service, LLM_STYLE, "3.1"))),))

    def _info(self, service: Service, __: Call) -> Result:
        """Tell which model this is, pretty-printed (measured); one whose type has no name has no such page."""
        task = service.operations[0].task
        if not task:
            raise PathNotFound
        told = {"model_type": task, "model_provider_name": publisher(service.model), "model_name": service.model}
        return Result(200, JSON, ((0.0, json.dumps(told, indent=4).encode()),))

    def read(
        self, document: Any, parse: Callable[[Any], Read], standard: frozenset[str], path: str, headers: Headings
    ) -> Read:
        """Refuse, drop or pass through extra parameters, as the header `extra-parameters` says (measured).

        Refused are even those that the model would know, such as `n` and `stream_options`. The versioned routes,
        OpenAI's, take everything. What is wrong with the standard fields is told first (unverified).
        """
        if not standard or not isinstance(document, dict) or path.startswith(_VERSIONED):
            return parse(document)
        option = headers.get("extra-parameters", _ERROR)
        if option not in _OPTIONS:
            raise UnknownExtraOption(option, _OPTIONS)
        extra = [name for name in document if name not in standard]
        if not extra or option == _PASS:
            return parse(document)
        reading = parse({name: value for name, value in document.items() if name in standard})
        if option == _ERROR:
            raise ExtraParameters(extra)
        return reading

    def dump(self, value: Any) -> bytes:
        try:
            return _compact(value).encode()
        except UnicodeEncodeError:  # half a surrogate pair has no UTF-8; escaped, it arrives all the same
            return _compact_ascii(value).encode()

    def run_headers(self, ids: Ids, seconds: float) -> Headers:
        return ()

    def refuse(self, error: ContainerError, path: str, ids: Ids) -> Result:
        if path == _SCORE and isinstance(error, BadBody | ContentUnsafe | ScoringFailed | WrongShape):
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
