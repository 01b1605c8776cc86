"""Masks by Segment Anything (SAM): an image with points or boxes gets a mask for each of them."""

import json
from typing import Any

from pydantic import model_validator
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.draw import Draw
from azureml_emulator.frame import Images
from azureml_emulator.image import Size, mask, size_of
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring

MOST = 16
"""Masks of an image that are made, at most."""
LARGEST = 1024

Box = tuple[float, float, float, float]


class Marked(Images):
    """Images; `input_points` and `input_boxes` are JSON in a text, "" for none; `multimask_output` is a boolean."""

    @model_validator(mode="after")
    def _marks(self) -> "Marked":
        for at in range(len(self.data)):
            self.boxes(at)
        return self

    def boxes(self, at: int) -> list[Box | None]:
        """Give what is to be masked in an image, in pixels: a box, or None where the whole image will do."""
        boxes = self._numbers(at, "input_boxes", 4)
        points = self._numbers(at, "input_points", 2)
        around = [(x - 50, y - 50, x + 50, y + 50) for x, y in points]
        return [*[(one[0], one[1], one[2], one[3]) for one in boxes], *([] if boxes else around)] or [None]

    def several(self, at: int) -> bool:
        """Tell whether three masks are wanted for each prompt instead of one; so it is unless it says no."""
        return self.rows[at].get("multimask_output") not in (False, "false", "False")

    def _numbers(self, at: int, column: str, size: int) -> list[list[float]]:
        """Read a list of boxes or points, whatever the depth of the lists around them."""
        cell = self.rows[at].get(column)
        try:
            found = json.loads(cell) if isinstance(cell, str) and cell.strip() else cell or []
        except (ValueError, RecursionError):
            raise ValueError(f"row {at} has no JSON in column {column!r}") from None
        flat = list(_flat(found))
        if len(flat) % size or not all(type(one) in (int, float) and abs(one) < 1e9 for one in flat):
            raise ValueError(f"row {at} has no lists of {size} numbers in column {column!r}")
        return [flat[start : start + size] for start in range(0, len(flat), size)][:MOST]


def _flat(value: Any) -> Any:
    if isinstance(value, list):
        for one in value:
            yield from _flat(one)
    else:
        yield value


class Request(Fields):
    """The whole body."""

    input_data: Marked
    params: Parameters = {}


class Mask(TypedDict):
    """A mask, as a PNG in base64, and how well the model thinks that it fits."""

    encoded_binary_mask: str
    iou_score: float


class Masks(TypedDict):
    """The masks for one point or box."""

    mask_per_prediction: list[Mask]


class Masked(TypedDict):
    """An image's predictions."""

    predictions: list[Masks]


Response = list[Masked]


def read(body: Request) -> Reading:
    """An image for each row; what is to be masked is among the parameters."""
    data = body.input_data
    marks = [(data.boxes(at), 3 if data.several(at) else 1) for at in range(len(data.data))]
    return Reading(tuple(map(Prompt, data.texts("image"))), {**body.params, "masks": marks})


def write(scoring: Scoring) -> Response:
    """Ellipses that fill the boxes: as large as the image where that is a PNG, else 256 by 256 or up to the box.

    That a mask is a PNG is unverified, the card says only that it is encoded.
    """
    answers = []
    for at, (prompt, (boxes, count)) in enumerate(
        zip(scoring.reading.prompts, scoring.reading.parameters["masks"], strict=True)
    ):
        size = _size(size_of(prompt.text), boxes)
        draw = scoring.draw_of(at)
        predictions = [_masks(draw.within(b"%d" % n), size, box, count) for n, box in enumerate(boxes)]
        answers.append(Masked(predictions=predictions))
    return answers


def _size(size: Size | None, boxes: list[Box | None]) -> Size:
    if size is None:
        size = (
            max([256, *(int(box[2]) for box in boxes if box)]),
            max([256, *(int(box[3]) for box in boxes if box)]),
        )
    return max(1, min(size[0], LARGEST)), max(1, min(size[1], LARGEST))


def _masks(draw: Draw, size: Size, box: Box | None, count: int) -> Masks:
    found = []
    for at in range(count):
        left, top, right, bottom = box or (0.1 * size[0], 0.1 * size[1], 0.9 * size[0], 0.9 * size[1])
        part = at / (2 * count)
        inner = (left, top, right - part * (right - left), bottom - part * (bottom - top))
        score = round(0.7 + 0.29 * draw.unit(b"score %d" % at), 6)
        found.append(Mask(encoded_binary_mask=mask(size, inner), iou_score=score))
    return Masks(mask_per_prediction=found)


SCHEMA = Schema(
    name="mask-generation",
    about="Mask generation: Segment Anything (SAM)",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {
            "columns": ["image", "input_points", "input_boxes", "input_labels", "multimask_output"],
            "index": [0],
            "data": [["https://example.com/street.jpg", "", "[[20, 30, 200, 180]]", "", False]],
        },
        "params": {},
    },
    variants=(
        {
            "input_data": {
                "columns": ["image", "input_points", "input_boxes", "input_labels", "multimask_output"],
                "index": [0],
                "data": [["https://example.com/street.jpg", "[[[80, 90]]]", "", "[[1]]", True]],
            }
        },
    ),
    models=("facebook-sam-*",),
    evidence="documented: model cards of facebook-sam-vit-base and others; unverified: that masks are PNGs",
)
