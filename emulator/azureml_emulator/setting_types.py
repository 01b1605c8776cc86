"""The kinds of values that settings are: names, keys, numbers, and parts that are chosen by name."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, InstanceOf, StringConstraints, WithJsonSchema

from azureml_emulator.answers import AnswerSource
from azureml_emulator.api_type import API_TYPES, ApiType
from azureml_emulator.content_filter import SETTING as FILTER
from azureml_emulator.content_filter import ContentFilter
from azureml_emulator.inference_servers import INFERENCE_SERVERS, InferenceServer
from azureml_emulator.json_shapes import SETTING, of_setting
from azureml_emulator.schema import Schema
from azureml_emulator.schemas import all_schemas, find
from azureml_emulator.spelling import in_words, nearest

Name = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,31}$"),
    in_words("a letter, then letters, digits and dashes, 32 characters at most"),
]
"""Azure's rule for the names of endpoints (documented), but for its least length of 3."""

DeploymentName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$"),
    in_words("a letter, then letters, digits, dashes, dots and underscores, 64 characters at most"),
]

Key = Annotated[str, StringConstraints(pattern=r"^[!-~]+$"), in_words("printable ASCII characters without blanks")]
"""A key: printable ASCII without blanks, so that it survives a header."""

HeaderName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"),
    in_words("a header's name"),
]


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("expected a number, not true or false")
    return value


def _named(name: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(name, str) and name not in known:
        raise ValueError(f"expected one of {', '.join(known)}{nearest(name, known)}")
    return known.get(name, name) if isinstance(name, str) else name


Whole = Annotated[int, BeforeValidator(_no_truth)]
"""A whole number; `yes` and `no`, which YAML reads as true and false, are none."""

Port = Annotated[Whole, Field(ge=0, le=65535)]
Percent = Annotated[Whole, Field(ge=0, le=100)]

Positive = Annotated[Whole, Field(ge=1)]

AuthMode = Literal["key", "aml_token", "aad_token"]
State = Literal["ready", "not_ready", "too_few_instances"]


def _shape(given: Any) -> Any:
    if given == "json":
        raise ValueError("expected settings, such as {type: json, request_example: ..., response_example: ...}")
    return find(given) if isinstance(given, str) else of_setting(given) if isinstance(given, Mapping) else given


SchemaSetting = Annotated[
    InstanceOf[Schema[Any]],
    BeforeValidator(_shape),
    WithJsonSchema({"anyOf": [{"type": "string", "enum": list(all_schemas())}, SETTING]}),
]
"""A wire shape: its name, a mapping with the type `json` that describes one, or in Python a `Schema` of one's own."""

ServerSetting = Annotated[
    InstanceOf[InferenceServer],
    BeforeValidator(lambda name: _named(name, INFERENCE_SERVERS)),
    WithJsonSchema({"type": "string", "enum": list(INFERENCE_SERVERS)}),
]
ApiTypeSetting = Annotated[
    InstanceOf[ApiType],
    BeforeValidator(lambda name: _named(name, API_TYPES)),
    WithJsonSchema({"type": "string", "enum": list(API_TYPES)}),
]

FilterSetting = Annotated[
    InstanceOf[ContentFilter],
    BeforeValidator(ContentFilter.of),
    WithJsonSchema(dict(FILTER)),
]

AnswerSetting = AnswerSource
"""An answer source: its name, a mapping with its settings, or in Python any function of prompt and parameters."""
