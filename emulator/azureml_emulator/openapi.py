"""What a container does, as a value, and as the OpenAPI document that its web server hands out."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from azureml_emulator.dialect import Dialect, JsonSchema, newest, openapi3, schema_of, swagger2

VERSIONS: Mapping[str, str] = {"2": "2", "2.0": "2", "3": "3", "3.0": "3", "3.1": "3.1"}
"""What may be asked for, and which version that is (read in azmlinfsrv's code)."""

_DIALECTS: Mapping[str, Dialect] = {"2": swagger2, "3": openapi3, "3.1": newest}
_TITLE = "ML service"
_BEARER = {"type": "apiKey", "name": "Authorization", "in": "header", "description": "For example: Bearer abc123"}
_FAILED = "The service failed to execute due to an error."
_TEXT: JsonSchema = {"type": "string"}
_ANYTHING: JsonSchema = {}
_ERROR: JsonSchema = {"type": "object", "properties": {"message": {"type": "string"}}}
_PROCESSED = "The service processed the input correctly and provided a result prediction, if applicable."
_PAYLOAD = "The input payload for executing the real-time machine learning service."
_VERSION = {"name": "version", "in": "query", "required": False}
_ENUM: JsonSchema = {"type": "integer", "enum": [2, 3]}

Content = Mapping[str, JsonSchema]
"""What a body may be: a schema for each media type."""


class Operation(NamedTuple):
    """One thing that a container does: what is posted to any of `paths`, and what comes back.

    `request` and `response` are pydantic types, `example` is a request, `answered` gives the answer to it, `task` is
    the type of model that does it.
    """

    name: str
    about: str
    paths: tuple[str, ...]
    request: Any
    response: Any
    example: Mapping[str, Any]
    streams: bool = False
    task: str = ""
    answered: Callable[[], Any] = dict


class Service(NamedTuple):
    """What the pages of a web server tell about: the model's name, and all that its container does.

    `door` says what the front door answers by itself, by status.
    """

    model: str
    operations: tuple[Operation, ...]
    door: Mapping[int, str] = MappingProxyType({})


class Style(NamedTuple):
    """How a web server describes itself.

    `info` heads the document, `pages` are its other pages by path: id, description, and that of the answer with its
    content. `failures` are what it answers instead of an answer, by status or `default`; `confused` says that it
    answers what it does not understand with an empty object.
    """

    info: Mapping[str, str]
    pages: Mapping[str, tuple[str, str, str, Content]]
    failures: Mapping[str, tuple[str, Content]]
    confused: bool = False


AZMLINFSRV_STYLE = Style(
    info={
        "title": _TITLE,
        "description": f"API specification for the Azure Machine Learning service {_TITLE}",
        "version": "1.0",
    },
    pages={
        "/": (
            "ServiceHealthCheck",
            "Simple health check endpoint to ensure the service is up at any given point.",
            "If service is up and running, this response will be returned with the content 'Healthy'",
            {"text/plain": {**_TEXT, "example": "Healthy"}, "text/html": _TEXT},
        ),
        "/swagger.json": (
            "GetSwaggerSpec",
            "Get the Swagger specification.",
            "The Swagger specification.",
            {"text/plain": _TEXT, "application/json": {"type": "object"}},
        ),
    },
    failures={"default": (_FAILED, {"application/json": {"$ref": "ErrorResponse"}})},
)
"""azmlinfsrv's own document (measured, 1.5.1), and beside it what it really answers."""

LLM_STYLE = Style(
    info={
        "title": "AzureML Foundation Model Inference Server",
        "summary": "A server for inferencing AzureML Foundation Models.",
        "version": "1.0.0",
    },
    pages={
        "/": ("Health", "Check if server is healthy.", "Successful Response", {"application/json": _ANYTHING}),
        "/info": ("Info", "Model Metadata.", "Successful Response", {"application/json": {"type": "object"}}),
    },
    failures={
        "422": ("Validation Error", {"application/json": {"type": "object"}}),
        "default": (_FAILED, {"application/json": {"type": "object"}, "text/plain": _TEXT}),
    },
    confused=True,
)
"""Microsoft's LLM server (measured, llm-optimized-inference 0.2.58)."""


def document(service: Service, style: Style, version: str) -> JsonSchema:
    """Describe a container in Swagger 2.0, OpenAPI 3.0 or 3.1: `version` is 2, 3 or 3.1."""
    writer = _Swagger2() if version == "2" else _OpenApi3(version)
    say = _DIALECTS[version]
    door: Content = {"text/plain": _TEXT, "application/json": _ANYTHING}
    failures = {**{str(status): (about, door) for status, about in service.door.items()}, **style.failures}
    paths: dict[str, Any] = {}
    definitions: dict[str, JsonSchema] = {}
    for number, operation in enumerate(service.operations):
        prefix = _camel(operation.name) if number else "Service"
        given, got = f"{prefix}Input", f"{prefix}Output"
        definitions |= {given: _input(operation, say), got: _output(operation, style, say)}
        answers: Content = {"application/json": writer.reference(got)}
        if operation.streams:
            answers = {**answers, "text/event-stream": _ANYTHING}
        for turn, path in enumerate(operation.paths):
            responses = writer.responses({"200": (_PROCESSED, answers), **failures})
            called = ("Run" + ("MLService" if not number else prefix)) + (str(turn + 1) if turn else "")
            paths[path] = {"post": writer.post(called, operation.about, writer.reference(given), responses)}
    for path, (called, about, answer, content) in style.pages.items():
        if path not in paths:
            responses = writer.responses({"200": (answer, content), **failures})
            paths[path] = {"get": writer.get(called, about, path, responses)}
    definitions["ErrorResponse"] = _ERROR
    return writer.whole({**style.info}, paths, definitions)


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.replace("_", "-").split("-"))


def _input(operation: Operation, say: Dialect) -> JsonSchema:
    return {**say(_schema(operation.request)), "example": dict(operation.example)}


def _output(operation: Operation, style: Style, say: Dialect) -> JsonSchema:
    found = _schema(operation.response)
    if style.confused and "/score" in operation.paths:
        found = {"anyOf": [found, {"type": "object", "maxProperties": 0}]}
    return {**say(found), "example": operation.answered()}


@lru_cache(maxsize=256)
def _schema_of(kind: Any) -> JsonSchema:
    return schema_of(kind)


def _schema(kind: Any) -> JsonSchema:
    try:
        return _schema_of(kind)
    except TypeError:  # a type that has no hash
        return schema_of(kind)


class _OpenApi3:
    """How OpenAPI 3 writes things down."""

    def __init__(self, version: str) -> None:
        self._version = "3.1.0" if version == "3.1" else "3.0.3"

    def reference(self, name: str) -> JsonSchema:
        return {"$ref": f"#/components/schemas/{name}"}

    def responses(self, found: Mapping[str, tuple[str, Content]]) -> JsonSchema:
        return {
            status: {
                "description": about,
                "content": {kind: {"schema": self._placed(one)} for kind, one in content.items()},
            }
            for status, (about, content) in found.items()
        }

    def _placed(self, said: JsonSchema) -> JsonSchema:
        return self.reference(said["$ref"]) if said.get("$ref") == "ErrorResponse" else said

    def post(self, called: str, about: str, body: JsonSchema, responses: JsonSchema) -> JsonSchema:
        return {
            "operationId": called,
            "description": about,
            "security": [{"Bearer": []}],
            "requestBody": {
                "description": _PAYLOAD,
                "content": {"application/json": {"schema": body}},
            },
            "responses": responses,
        }

    def get(self, called: str, about: str, path: str, responses: JsonSchema) -> JsonSchema:
        found: JsonSchema = {"operationId": called, "description": about, "responses": responses}
        if path == "/swagger.json":
            found["parameters"] = [{**_VERSION, "schema": _ENUM}]
        return found

    def whole(self, info: JsonSchema, paths: JsonSchema, definitions: JsonSchema) -> JsonSchema:
        if self._version != "3.1.0":
            info.pop("summary", None)
        return {
            "openapi": self._version,
            "info": info,
            "security": [{"Bearer": []}],
            "paths": paths,
            "components": {"schemas": definitions, "securitySchemes": {"Bearer": _BEARER}},
        }


class _Swagger2:
    """How Swagger 2 writes things down: one schema for all media types of a body."""

    def reference(self, name: str) -> JsonSchema:
        return {"$ref": f"#/definitions/{name}"}

    def responses(self, found: Mapping[str, tuple[str, Content]]) -> JsonSchema:
        return {status: self._response(about, content) for status, (about, content) in found.items()}

    def _response(self, about: str, content: Content) -> JsonSchema:
        first, *others = content.values()
        if not first or any(_kind(one) != _kind(first) for one in others):
            return {"description": about}
        if first.get("$ref") == "ErrorResponse":
            return {"description": about, "schema": self.reference("ErrorResponse")}
        schema = {word: value for word, value in first.items() if word != "example"}
        example = {"examples": {"application/json": first["example"]}} if "example" in first else {}
        return {"description": about, "schema": schema, **example}

    def post(self, called: str, about: str, body: JsonSchema, responses: JsonSchema) -> JsonSchema:
        payload = {
            "name": "serviceInputPayload",
            "in": "body",
            "description": _PAYLOAD,
            "schema": body,
        }
        return {
            "operationId": called,
            "description": about,
            "security": [{"Bearer": []}],
            "parameters": [payload],
            "responses": responses,
        }

    def get(self, called: str, about: str, path: str, responses: JsonSchema) -> JsonSchema:
        found: JsonSchema = {"operationId": called, "description": about, "responses": responses}
        if path == "/swagger.json":
            found["parameters"] = [{**_VERSION, **_ENUM}]
        return found

    def whole(self, info: JsonSchema, paths: JsonSchema, definitions: JsonSchema) -> JsonSchema:
        info.pop("summary", None)
        return {
            "swagger": "2.0",
            "info": info,
            "schemes": ["https"],
            "consumes": ["application/json"],
            "produces": ["application/json", "text/plain", "text/html", "text/event-stream"],
            "securityDefinitions": {"Bearer": _BEARER},
            "paths": paths,
            "definitions": definitions,
        }


def _kind(said: JsonSchema) -> Any:
    return said.get("type"), said.get("$ref")
