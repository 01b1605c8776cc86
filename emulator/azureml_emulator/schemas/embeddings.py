"""Serverless embeddings of texts: the Azure AI Model Inference API, and OpenAI's routes."""

from typing import Annotated, Any

from pydantic import Field

from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Prompt, Reading, Schema, Scoring
from azureml_emulator.serverless.embedding_list import Embedding, Response, listed
from azureml_emulator.serverless.sampling import standard

Tokens = Annotated[list[int], Field(min_length=1)]
"""A text in the model's own tokens, as OpenAI's clients may send it."""

Several = Annotated[list[str] | list[Tokens] | Tokens, Field(min_length=1, max_length=2048)]


class Request(Embedding):
    """The whole body. A list of texts is what Azure documents; the other forms are OpenAI's."""

    input: str | Several


def read(body: Request) -> Reading:
    """A prompt for each text; tokens are a text of numbers."""
    given = [body.input] if isinstance(body.input, str) else body.input
    if given and isinstance(given[0], int):
        given = [given]
    texts = [one if isinstance(one, str) else " ".join(map(str, one)) for one in given]  # type: ignore[arg-type]
    return Reading(tuple(map(Prompt, texts)), body.parameters())


def write(scoring: Scoring) -> dict[str, Any]:
    """An embedding for each text."""
    prompts = scoring.reading.prompts
    return listed(scoring, [one.text for one in prompts], sum(one.tokens for one in prompts))


SCHEMA = Schema(
    name="embeddings",
    about="Serverless embeddings of texts, as numbers or in base64",
    api_type=SERVERLESS,
    server=LLM_SERVER,
    paths=("/embeddings", "/models/embeddings", "/v1/embeddings", "/openai/v1/embeddings"),
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    standard=standard(Request),
    task="embeddings",
    example={"input": ["The ultimate answer to life is 42"], "input_type": "document", "dimensions": 256},
    variants=(
        {"input": "one text"},
        {"input": ["one", "two"], "encoding_format": "base64"},
        {"input": [[1, 2, 3], [4, 5]], "encoding_format": "ubinary"},
        {"input": [1, 2, 3]},
    ),
    models=("text-embedding-*",),
    evidence="documented: Azure AI Model Inference reference and its REST examples; OpenAI's embeddings reference",
)
