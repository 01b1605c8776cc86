"""The answer of both embeddings routes, and the fields that their requests share."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from azureml_emulator.schema import Fields, Scoring
from azureml_emulator.serverless.vectors import encoded, vector


class Embedding(Fields, extra="allow"):
    """Fields of every embeddings request; OpenAI's SDK always sends an `encoding_format`."""

    model: str | None = None
    input_type: Literal["text", "query", "document"] | None = None
    encoding_format: Literal["float", "base64", "int8", "uint8", "binary", "ubinary"] | None = None
    dimensions: Annotated[int, Field(ge=1, le=4096)] | None = None

    def parameters(self) -> dict[str, Any]:
        """Everything that was sent but the input and the model's name."""
        sent = self.model_dump(exclude_unset=True)
        return {name: value for name, value in sent.items() if name not in ("input", "model")}


class Item(Fields):
    """One embedding: numbers, or text in base64."""

    index: int
    object: Literal["embedding"]
    embedding: list[float] | list[int] | str


class Usage(Fields):
    """Token counts."""

    prompt_tokens: int
    total_tokens: int


class Response(Fields):
    """The whole answer."""

    id: str
    object: Literal["list"]
    data: list[Item]
    model: str
    usage: Usage


def listed(scoring: Scoring, texts: Sequence[str], counted: int) -> dict[str, Any]:
    """Give an embedding for each text. `counted` is how many tokens that took."""
    parameters = scoring.reading.parameters
    form, dimensions = parameters.get("encoding_format") or "float", parameters.get("dimensions")
    data = [
        {
            "index": index,
            "object": "embedding",
            "embedding": encoded(vector(text, scoring.model, dimensions), form),
        }
        for index, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": counted, "total_tokens": counted}
    return {"id": scoring.id, "object": "list", "data": data, "model": scoring.model, "usage": usage}
