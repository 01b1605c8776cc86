"""Cohere's own embeddings route, version 1."""

from typing import Annotated, Any, Literal

from pydantic import Field

from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Fields, Prompt, Reading, Schema, Scoring
from azureml_emulator.serverless.cohere import Body, Meta, meta
from azureml_emulator.serverless.vectors import encoded, vector

Form = Literal["float", "int8", "uint8", "binary", "ubinary", "base64"]
InputType = Literal["search_document", "search_query", "classification", "clustering", "image"]


class Request(Body):
    """The whole body; 96 texts at most (documented)."""

    texts: Annotated[list[str], Field(min_length=1, max_length=96)]
    input_type: InputType
    truncate: Literal["NONE", "START", "END", "LEFT", "RIGHT"] | None = None
    embedding_types: list[Form] | None = None


class Response(Fields):
    """The whole answer; `embeddings` are by type when types were asked for."""

    id: str
    texts: list[str]
    embeddings: list[list[float]] | dict[Form, list[list[float] | list[int] | str]]
    meta: Meta
    response_type: Literal["embeddings_floats", "embeddings_by_type"]


def read(body: Request) -> Reading:
    """A prompt for each text."""
    return Reading(tuple(map(Prompt, body.texts)), body.parameters("texts"))


def write(scoring: Scoring) -> dict[str, Any]:
    """An embedding for each text."""
    prompts = scoring.reading.prompts
    vectors = [vector(one.text, scoring.model) for one in prompts]
    forms = scoring.reading.parameters.get("embedding_types")
    return {
        "id": scoring.draw.guid(b"answer"),
        "texts": [one.text for one in prompts],
        "embeddings": by_type(vectors, forms) if forms else vectors,
        "meta": meta("1", input_tokens=sum(one.tokens for one in prompts)),
        "response_type": "embeddings_by_type" if forms else "embeddings_floats",
    }


def by_type(vectors: list[list[float]], forms: list[str]) -> dict[str, Any]:
    """Write the vectors in each form."""
    return {form: [encoded(one, form) for one in vectors] for form in forms}


SCHEMA = Schema(
    name="cohere-embed",
    about="Cohere's own embeddings route, version 1",
    api_type=SERVERLESS,
    server=LLM_SERVER,
    paths=("/v1/embed",),
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    task="embeddings",
    example={"texts": ["good morning", "good night"], "input_type": "clustering", "truncate": "START"},
    variants=({"texts": ["hello"], "input_type": "search_query", "embedding_types": ["int8", "binary"]},),
    beside=("cohere-embed-v2", "embeddings", "serverless-image-embeddings"),
    models=("Cohere-embed-*", "embed-v-4-0"),
    evidence="documented: Microsoft's guide to Cohere Embed models",
)
