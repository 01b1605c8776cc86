"""Cohere's own embeddings route, version 2: always by type, of texts or images."""

from typing import Annotated, Any

from pydantic import Field

from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Fields, Prompt, Reading, Schema, Scoring
from azureml_emulator.schemas.cohere_embed import Form, InputType, by_type
from azureml_emulator.serverless.cohere import Body, Meta, meta
from azureml_emulator.serverless.refusals import refusal
from azureml_emulator.serverless.vectors import vector

Several = Annotated[list[str], Field(min_length=1, max_length=96)]


class Request(Body):
    """The whole body: texts, or images as data URLs."""

    input_type: InputType
    texts: Several | None = None
    images: Several | None = None
    embedding_types: list[Form] | None = None
    output_dimension: Annotated[int, Field(ge=1, le=4096)] | None = None


class Response(Fields):
    """The whole answer."""

    id: str
    texts: list[str]
    embeddings: dict[Form, list[list[float] | list[int] | str]]
    meta: Meta
    response_type: str


def read(body: Request) -> Reading:
    """A prompt for each text or image."""
    given = body.texts or body.images
    if not given:
        raise refusal("expected texts or images", None, "texts")
    form = "texts" if body.texts else "images"
    return Reading(tuple(map(Prompt, given)), body.parameters("texts", "images"), form=form)


def write(scoring: Scoring) -> dict[str, Any]:
    """An embedding for each text or image, in each type asked for."""
    prompts, parameters = scoring.reading.prompts, scoring.reading.parameters
    vectors = [vector(one.text, scoring.model, parameters.get("output_dimension")) for one in prompts]
    spoken = scoring.reading.form == "texts"
    billed = {"input_tokens": sum(one.tokens for one in prompts)} if spoken else {"images": len(prompts)}
    return {
        "id": scoring.draw.guid(b"answer"),
        "texts": [one.text for one in prompts] if spoken else [],
        "embeddings": by_type(vectors, parameters.get("embedding_types") or ["float"]),
        "meta": meta("2", **billed),
        "response_type": "embeddings_by_type",
    }


SCHEMA = Schema(
    name="cohere-embed-v2",
    about="Cohere's own embeddings route, version 2, of texts or images",
    api_type=SERVERLESS,
    server=LLM_SERVER,
    paths=("/v2/embed",),
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    task="embeddings",
    example={"texts": ["good morning", "good night"], "input_type": "search_document", "embedding_types": ["float"]},
    variants=({"images": ["data:image/png;base64,AA=="], "input_type": "image", "output_dimension": 64},),
    evidence="unverified: Cohere's own reference; Azure documents version 1 only",
)
