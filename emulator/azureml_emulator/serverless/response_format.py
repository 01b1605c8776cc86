"""Answers in JSON: of any form, or under the caller's JSON Schema."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from azureml_emulator import tokens
from azureml_emulator.draw import Draw
from azureml_emulator.json_sample import sample
from azureml_emulator.json_sample.rules import Schemas
from azureml_emulator.schema import Answer, Fields
from azureml_emulator.serverless.refusals import unusable_schema
from azureml_emulator.serverless.sampling import limit


class Plain(Fields, extra="allow"):
    """Any text, or any JSON object."""

    type: Literal["text", "json_object"]


class Described(Fields, extra="allow"):
    """A schema with a name."""

    name: str
    schema_: Annotated[dict[str, Any] | None, Field(alias="schema")] = None
    description: str | None = None
    strict: bool | None = None


class UnderSchema(Fields, extra="allow"):
    """JSON that is valid under a schema."""

    type: Literal["json_schema"]
    json_schema: Described


ResponseFormat = Annotated[Plain | UnderSchema, Field(discriminator="type")]

_ANY_OBJECT = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}


def in_json(answer: Answer, prompt: str, parameters: Mapping[str, Any], draw: Draw) -> Answer:
    """Leave an answer that is JSON as asked for; make one up in the place of any other.

    In JSON mode, what is made up is `{"answer": ...}` around the answer's own text. The caller's own limit cuts it,
    so that it may not be JSON any more (documented). Raises `WrongShape` for a schema that cannot be followed.
    """
    wanted = parameters["response_format"]
    if wanted["type"] == "json_object":
        if isinstance(_parsed(answer.text), dict):
            return answer
        return _cut(json.dumps({"answer": answer.text}, ensure_ascii=False), parameters)
    schema = wanted["json_schema"].get("schema") or _ANY_OBJECT
    try:
        found = _parsed(answer.text)
        if found is not None and Schemas(schema).fits(schema, found):
            return answer
        value = sample(schema, draw, [prompt])
    except ValueError as error:
        raise unusable_schema(error, "response_format", "json_schema", "schema") from None
    return _cut(json.dumps(value, ensure_ascii=False), parameters)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _cut(text: str, parameters: Mapping[str, Any]) -> Answer:
    most = limit(parameters)
    if most is not None and tokens.count(text) > most:
        return Answer(tokens.head(text, most), "length")
    return Answer(text)
