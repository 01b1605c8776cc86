"""MedImageParse: for each image and text masks of what the text names, as an array in base64 in JSON in a text."""

import json
from base64 import b64encode

from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.boxes import found_at
from azureml_emulator.draw import Draw
from azureml_emulator.schema import Schema, Scoring
from azureml_emulator.schemas.medimageparse3d import Request, read

SIDE = 64
"""Pixels of a mask in both directions (unverified: Microsoft's are as large as the image)."""
MOST = 32
"""Masks that an answer has at most, for a text that names ever so many things."""


class Parsed(TypedDict):
    """The masks, and the name of what each is of."""

    image_features: str
    text_features: list[str]


Response = list[Parsed]


def write(scoring: Scoring) -> Response:
    """For each row a mask for each thing that its text names, `&` between them: a byte per pixel, 0 or 1."""
    answers: Response = []
    for at, prompt in enumerate(scoring.reading.prompts):
        names = [one.strip() for one in prompt.text.split("&")][:MOST]
        draw = scoring.draw_of(at)
        data = b"".join(_mask(draw.within(b"%d" % number)) for number in range(len(names)))
        array = {"data": b64encode(data).decode(), "shape": [len(names), SIDE, SIDE], "dtype": "uint8"}
        answers.append({"image_features": json.dumps(array), "text_features": names})
    return answers


def _mask(draw: Draw) -> bytes:
    left, top, right, bottom = (round(SIDE * side) for side in found_at(draw))
    full, empty = bytes(left) + b"\x01" * (right - left) + bytes(SIDE - right), bytes(SIDE)
    return empty * top + full * (bottom - top) + empty * (SIDE - bottom)


SCHEMA = Schema(
    name="medimageparse",
    about="MedImageParse: segmentation of medical images by text",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {
            "columns": ["image", "text"],
            "index": [0],
            "data": [["https://example.com/tissue.png", "tumour cells & healthy cells"]],
        },
        "params": {},
    },
    models=("MedImageParse",),
    evidence="documented: model card of MedImageParse, client of Microsoft's healthcare-ai-examples; "
    "unverified: the masks' size",
)
