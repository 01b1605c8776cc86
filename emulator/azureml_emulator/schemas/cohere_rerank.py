"""Cohere's own rerank route, version 1: documents in the order in which they answer a query."""

import json
from typing import Annotated, Any

from pydantic import Field

from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.embedding import embedded
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Fields, Prompt, Reading, Schema, Scoring
from azureml_emulator.serverless.cohere import Body, Meta, meta

_SIZE = 256
_UNIT = 100
"""Documents in one search unit (documented by Cohere)."""


class Request(Body):
    """The whole body; a document is a text, or an object with a `text` or the fields in `rank_fields`."""

    query: str
    documents: Annotated[list[str | dict[str, Any]], Field(min_length=1, max_length=10_000)]
    top_n: Annotated[int, Field(ge=1)] | None = None
    rank_fields: list[str] | None = None
    return_documents: bool | None = None


class Result(Fields):
    """A document by its number, and how well it answers, from 0 to 1."""

    index: int
    relevance_score: float
    document: dict[str, Any] | None = None


class Response(Fields):
    """The whole answer, best document first."""

    id: str
    results: list[Result]
    meta: Meta


def read(body: Request) -> Reading:
    """The query is the first prompt, each document another one."""
    texts = [_text(one, body.rank_fields) for one in body.documents]
    return Reading(tuple(map(Prompt, [body.query, *texts])), body.parameters("query"))


def _text(document: str | dict[str, Any], fields: list[str] | None) -> str:
    if isinstance(document, str):
        return document
    wanted = fields or (["text"] if "text" in document else list(document))
    return "\n".join(str(document[name]) for name in wanted if name in document) or json.dumps(document)


def ranked(scoring: Scoring) -> list[dict[str, Any]]:
    """Rank the documents by how close they are to the query, the earlier one first where they are as close."""
    query, *documents = (embedded(one.text, _SIZE) for one in scoring.reading.prompts)
    close = [max(0.0, sum(map(float.__mul__, query, one))) for one in documents]
    scores = [{"index": at, "relevance_score": round(min(one, 1.0), 7)} for at, one in enumerate(close)]
    scores.sort(key=lambda one: -one["relevance_score"])
    return scores[: scoring.reading.parameters.get("top_n")]


def billed(scoring: Scoring) -> int:
    """Count the search units."""
    return -(-(len(scoring.reading.prompts) - 1) // _UNIT)


def write(scoring: Scoring) -> dict[str, Any]:
    """The best documents, with their texts if asked for."""
    results, parameters = ranked(scoring), scoring.reading.parameters
    if parameters.get("return_documents"):
        given = parameters["documents"]
        for one in results:
            document = given[one["index"]]
            one["document"] = document if isinstance(document, dict) else {"text": document}
    units = billed(scoring)
    return {"id": scoring.draw.guid(b"answer"), "results": results, "meta": meta("1", search_units=units)}


_DOCUMENTS = ["Rivers flow to the sea.", "The Danube flows through Vienna.", "Cats sleep most of the day."]

SCHEMA = Schema(
    name="cohere-rerank",
    about="Cohere's own rerank route, version 1",
    api_type=SERVERLESS,
    server=LLM_SERVER,
    paths=("/v1/rerank",),
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={"query": "Which river flows through Vienna?", "documents": _DOCUMENTS, "top_n": 2},
    variants=({"query": "cats", "documents": [{"text": "a cat"}, {"text": "a dog"}], "return_documents": True},),
    beside=("cohere-rerank-v2",),
    models=("Cohere-rerank-*",),
    evidence="documented: route and request in Microsoft's examples; unverified: the answer, from Cohere's reference",
)
