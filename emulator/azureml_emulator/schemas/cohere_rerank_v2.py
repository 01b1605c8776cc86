"""Cohere's own rerank route, version 2: documents are texts, and come back as numbers alone."""

from typing import Annotated, Any

from pydantic import Field

from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Prompt, Reading, Schema, Scoring
from azureml_emulator.schemas.cohere_rerank import Response, billed, ranked
from azureml_emulator.serverless.cohere import Body, meta


class Request(Body):
    """The whole body."""

    query: str
    documents: Annotated[list[str], Field(min_length=1, max_length=10_000)]
    top_n: Annotated[int, Field(ge=1)] | None = None


def read(body: Request) -> Reading:
    """The query is the first prompt, each document another one."""
    return Reading(tuple(map(Prompt, [body.query, *body.documents])), body.parameters("query", "documents"))


def write(scoring: Scoring) -> dict[str, Any]:
    """The best documents."""
    units = billed(scoring)
    return {"id": scoring.draw.guid(b"answer"), "results": ranked(scoring), "meta": meta("2", search_units=units)}


SCHEMA = Schema(
    name="cohere-rerank-v2",
    about="Cohere's own rerank route, version 2",
    api_type=SERVERLESS,
    server=LLM_SERVER,
    paths=("/v2/rerank",),
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "model": "azureai",
        "query": "Which river flows through Vienna?",
        "documents": ["Rivers flow to the sea.", "The Danube flows through Vienna."],
        "top_n": 3,
    },
    evidence="documented: a request of Microsoft's examples; unverified: the answer, from Cohere's reference",
)
