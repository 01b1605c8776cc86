"""MedVAE: of a medical image a latent, eight times smaller each way; if asked for, the image made from it, too."""

from math import sqrt
from typing import ClassVar, Literal, NotRequired

from pydantic import model_validator
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.frame import Frame
from azureml_emulator.image import embedding
from azureml_emulator.schema import Fields, Prompt, Reading, Schema, Scoring

CHANNELS = 4
TIMES = 8
SIDE = 8
"""A latent's width and height; the image is `TIMES` as large (unverified: what MedVAE resizes images to)."""


class Scans(Frame):
    """An image in every row, as a URL or base64; whether to make it anew, too: no, if that is left out."""

    needed: ClassVar[tuple[str, ...]] = ("image_path",)

    @model_validator(mode="after")
    def _truths(self) -> "Scans":
        for at, row in enumerate(self.rows):
            if not isinstance(row.get("decode"), bool | None):
                raise ValueError(f"row {at}: expected true or false in column 'decode'")
        return self


class Request(Fields):
    """The whole body."""

    input_data: Scans


class Encoded(TypedDict):
    """A latent, its numbers in a list for each channel (unverified), and the image's grey levels, row by row."""

    latent: list[list[float]]
    decoded: NotRequired[list[list[int]]]


Response = dict[Literal["predictions"], list[Encoded]]


def read(body: Request) -> Reading:
    """An image for each row; the prompt's text is its base64 or URL, as sent."""
    data = body.input_data
    return Reading(
        tuple(map(Prompt, data.texts("image_path"))), {"decode": [bool(row.get("decode")) for row in data.rows]}
    )


def write(scoring: Scoring) -> Response:
    """Latents whose numbers spread about 0 as a normal one's do, near for images that are nearly the same."""
    wanted = scoring.reading.parameters["decode"]
    answers: list[Encoded] = []
    for prompt, decode in zip(scoring.reading.prompts, wanted, strict=True):
        latent = _latent(prompt.text)
        answers.append({"latent": latent, "decoded": _decoded(latent)} if decode else {"latent": latent})
    return {"predictions": answers}


def _latent(image: str) -> list[list[float]]:
    size = SIDE * SIDE
    numbers = [round(sqrt(CHANNELS * size) * one, 6) for one in embedding(image, CHANNELS * size)]
    return [numbers[start : start + size] for start in range(0, CHANNELS * size, size)]


def _decoded(latent: list[list[float]]) -> list[list[int]]:
    """Make a tile for each place of the latent, as bright as its channels together: 0 to 255."""
    levels = [min(max(round(128 + 32 * sum(place)), 0), 255) for place in zip(*latent, strict=True)]
    lines = [levels[start : start + SIDE] for start in range(0, len(levels), SIDE)]
    return [[level for level in line for _ in range(TIMES)] for line in lines for _ in range(TIMES)]


SCHEMA = Schema(
    name="medvae",
    about="MedVAE: latents of medical images, and the images made from them",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={"input_data": {"columns": ["image_path", "decode"], "data": [["https://example.com/chest.png", True]]}},
    variants=(
        {"input_data": {"columns": ["image_path"], "index": [0], "data": [["R0lGODlhAQABAAAAACw="]]}},
        {"input_data": {"columns": ["image_path", "decode"], "data": [["https://example.com/chest.png", False]]}},
    ),
    models=("MedVAE-*-2d",),
    evidence="documented: model card of MedVAE-8-4-2d; unverified: the sizes, and how channels stand in a latent",
)
