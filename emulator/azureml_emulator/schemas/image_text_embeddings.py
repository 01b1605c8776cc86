"""Embeddings of images and texts by CLIP: a row has an image, a text, or both, "" standing for none."""

from fnmatch import fnmatchcase
from typing import ClassVar, Literal

from azureml_emulator.embedding import embedded
from azureml_emulator.frame import Frame
from azureml_emulator.image import embedding
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring

LENGTHS = {"*patch32*": 512, "*patch14*": 768}
"""How long the vectors of CLIP's variants are, as published with them."""


class Pairs(Frame):
    """Images and texts."""

    needed: ClassVar[tuple[str, ...]] = ("image", "text")


class Request(Fields):
    """The whole body."""

    input_data: Pairs
    params: Parameters = {}


Response = list[dict[Literal["image_features", "text_features"], list[float]]]


def read(body: Request) -> Reading:
    """For each row its text, or its image where there is no text; both columns are among the parameters."""
    images, texts = body.input_data.texts("image"), body.input_data.texts("text")
    prompts = tuple(Prompt(text or image) for image, text in zip(images, texts, strict=True))
    return Reading(prompts, {**body.params, "image": images, "text": texts})


def write(scoring: Scoring) -> Response:
    """A vector of unit length for what each row has."""
    length = next((found for pattern, found in LENGTHS.items() if fnmatchcase(scoring.model.lower(), pattern)), 512)
    rows = zip(scoring.reading.parameters["image"], scoring.reading.parameters["text"], strict=True)
    answers: Response = []
    for image, text in rows:
        answers.append({})
        if image:
            answers[-1]["image_features"] = embedding(image, length)
        if text:
            answers[-1]["text_features"] = embedded(text, length)
    return answers


SCHEMA = Schema(
    name="image-text-embeddings",
    about="Embeddings of images and texts: CLIP",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {
            "columns": ["image", "text"],
            "index": [0, 1],
            "data": [["https://example.com/cat.jpg", "a cat"], ["", "a dog in the snow"]],
        }
    },
    models=("openai-clip-image-text-embeddings-*",),
    evidence="documented: model card of openai-clip-image-text-embeddings-vit-base-patch32; lengths as published",
)
