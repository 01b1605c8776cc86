"""azmlinfsrv, Microsoft's azureml-inference-server-http, which runs a score.py or an MLflow model."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from azureml_emulator.errors import ContainerError, NotForScoring, OverlongId, UnknownSwagger, Unserialisable
from azureml_emulator.inference_servers.ids import Ids
from azureml_emulator.inference_servers.inference_server import InferenceServer, Page
from azureml_emulator.json_text import writer
from azureml_emulator.openapi import AZMLINFSRV_STYLE, VERSIONS, Service, document
from azureml_emulator.wire import JSON, Call, Headers, Result

_written = writer()
_VERSION = ("x-ms-server-version", "azmlinfsrv/1.5.1")
_HTML: Headers = (("content-type", "text/html; charset=utf-8"),)
_NOT_FAILED: Headers = (("x-ms-run-function-failed", "False"),)
_LONGEST = 100
"""Characters of an id that it takes."""


class Azmlinfsrv(InferenceServer):
    """The server of managed online endpoints with a score.py or an MLflow model.

    JSON is Python's default, ASCII with spaces, NaN included; nothing is written as `{}`. GET at the scoring path
    scores the query, OPTIONS is answered with nothing, HEAD is refused. All of it, and bodies and headers of
    refusals: measured, azmlinfsrv 1.5.1.
    """

    name = "azmlinfsrv"
    software = "gunicorn"
    page_methods = ("GET", "HEAD", "OPTIONS")
    scores_queries = True

    @property
    def pages(self) -> Mapping[str, Page]:
        return {"/": self._healthy, "/swagger.json": self._swagger}

    @property
    def asides(self) -> Mapping[str, Page]:
        return {"OPTIONS": self._nothing, "HEAD": self._not_for_scoring}

    def _healthy(self, _: Service, call: Call) -> Result:
        if call.method == "OPTIONS":
            return _allowed()
        return Result(200, _HTML, ((0.0, b"Healthy"),))

    def _swagger(self, service: Service, call: Call) -> Result:
        if call.method == "OPTIONS":
            return _allowed()
        version = dict(reversed(parse_qsl(call.query, keep_blank_values=True))).get("version", "2")
        if version not in VERSIONS:
            raise UnknownSwagger(version, sorted(set(VERSIONS.values())))
        described = document(service, AZMLINFSRV_STYLE, VERSIONS[version])
        return Result(200, JSON + _NOT_FAILED, ((0.0, self.dump(described)),))

    def _nothing(self, _: Service, __: Call) -> Result:
        return Result(200, _HTML + _NOT_FAILED, ((0.0, b""),))

    def _not_for_scoring(self, _: Service, __: Call) -> Result:
        raise NotForScoring

    def admit(self, ids: Ids) -> None:
        if ids.door and not ids.legacy:  # the front door's own are short
            return
        if len(ids.request) > _LONGEST:
            raise OverlongId("x-request-id", _LONGEST)
        if len(ids.legacy) > _LONGEST or len(ids.client) > _LONGEST:
            raise OverlongId("x-ms-request-id and x-ms-client-request-id", _LONGEST)

    def dump(self, value: Any) -> bytes:
        try:
            return _written({} if value is None else value).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise Unserialisable(f"{type(error).__name__}: {error}") from None

    def signature(self, ids: Ids) -> Headers:
        if ids.door and not ids.legacy and not ids.trace:
            return _VERSION, ("x-ms-request-id", ids.client or ids.request)
        trace: Headers = (("traceid", ids.trace),) if ids.trace else ()
        if len(ids.request) > _LONGEST:
            return (_VERSION, *trace)
        own = () if ids.door or not ids.request else (("x-request-id", ids.request),)
        if len(ids.legacy) > _LONGEST or len(ids.client) > _LONGEST:
            return (_VERSION, *own, *trace)
        legacy = ids.legacy or ids.client or ids.request
        client = ids.client or ids.legacy
        if legacy:
            own = (*own, ("x-ms-request-id", legacy))
        if client and not ids.door:
            own = (*own, ("x-ms-client-request-id", client))
        return (_VERSION, *own, *trace)

    def run_headers(self, ids: Ids, seconds: float) -> Headers:
        return (*_NOT_FAILED, ("x-ms-run-fn-exec-ms", f"{seconds * 1000:.3f}"), *self.signature(ids))

    def refuse(self, error: ContainerError, path: str, ids: Ids) -> Result:
        headers: Headers = (("x-ms-run-function-failed", str(error.in_scoring)),)
        if not error.in_routing:
            headers += self.signature(ids)
        return Result(error.status, JSON + headers, ((error.after, self.dump(error.body())),))


def _allowed() -> Result:
    return Result(200, (*_HTML, ("allow", "GET, HEAD, OPTIONS")), ((0.0, b""),))


AZMLINFSRV = Azmlinfsrv()
