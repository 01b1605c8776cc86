"""Serverless embeddings of images, with or without texts: the Azure AI Model Inference API."""

from typing import Annotated, Any

from pydantic import Field

from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Fields, Prompt, Reading, Schema, Scoring
from azureml_emulator.serverless.embedding_list import Embedding, Response, listed
from azureml_emulator.serverless.sampling import standard

_TOKENS = 1000
"""What an image costs (documented for Cohere Embed v3)."""
_PIXEL = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Picture(Fields):
    """An image as a data URL, and a text that goes with it."""

    image: str
    text: str | None = None


class Request(Embedding):
    """The whole body."""

    input: Annotated[list[Picture], Field(min_length=1)]


def read(body: Request) -> Reading:
    """A prompt for each image, as a message of that image and its text."""
    return Reading(tuple(map(_asked, body.input)), body.parameters())


def _asked(picture: Picture) -> Prompt:
    parts = [{"type": "image_url", "image_url": {"url": picture.image}}, {"type": "text", "text": picture.text or ""}]
    return Prompt(picture.text or "", ({"role": "user", "content": parts},))


def write(scoring: Scoring) -> dict[str, Any]:
    """An embedding for each image and its text."""
    prompts = scoring.reading.prompts
    images = [one.messages[0]["content"][0]["image_url"]["url"] for one in prompts]
    texts = [f"{one.text} {image}" for one, image in zip(prompts, images, strict=True)]
    return listed(scoring, texts, sum(_TOKENS + one.tokens for one in prompts))


SCHEMA = Schema(
    name="serverless-image-embeddings",
    about="Serverless embeddings of images, with or without a text",
    api_type=SERVERLESS,
    server=LLM_SERVER,
    paths=("/images/embeddings", "/models/images/embeddings"),
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    standard=standard(Request),
    task="image-embeddings",
    example={"input": [{"image": _PIXEL, "text": "a dot"}]},
    variants=({"input": [{"image": _PIXEL}], "encoding_format": "base64", "dimensions": 64},),
    evidence="documented: Azure AI Model Inference reference; measured: what azure-ai-inference 1.0.0b9 sends",
)
