"""Captions by BLIP: for each image a text that says what is in it."""

from typing import Literal

from azureml_emulator.frame import ImagesRequest, read_images
from azureml_emulator.schema import Schema, Scoring

Response = list[dict[Literal["text"], str]]


def write(scoring: Scoring) -> Response:
    """A caption for each image."""
    return [{"text": text} for text in scoring.texts]


SCHEMA = Schema(
    name="image-to-text",
    about="Image captioning: BLIP and BLIP-2",
    request=ImagesRequest,
    response=Response,
    read=read_images,
    write=write,
    example={"input_data": {"columns": ["image"], "index": [0], "data": [["https://example.com/harbour.jpg"]]}},
    models=("salesforce-blip-image-captioning-*", "salesforce-blip2-*-image-to-text", "salesforce-blip2-opt-2.7b"),
    evidence="documented: model cards of salesforce-blip-image-captioning-base and of its BLIP-2 sibling",
)
