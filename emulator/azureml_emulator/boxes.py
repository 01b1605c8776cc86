"""Made-up detections: boxes inside the image with labels and scores, and outlines inside the boxes."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from math import cos, pi, sin
from typing import NotRequired

from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.draw import Draw
from azureml_emulator.image_classes import COCO, FRIDGE
from azureml_emulator.labels import label_of


class Box(TypedDict):
    """Where something is, in parts of the image's width and height, from the top left corner."""

    topX: float
    topY: float
    bottomX: float
    bottomY: float


class Detected(TypedDict):
    """A thing in an image; a polygon is its outline, x and y in turn."""

    box: Box
    label: str
    score: float
    polygon: NotRequired[list[list[float]]]


def labels_for(model: str) -> Sequence[str]:
    """Give the labels that a model of the catalog tells apart."""
    return FRIDGE if fnmatchcase(model.lower(), "*automl*") else COCO


def detected(draw: Draw, labels: Sequence[str], said: str = "") -> list[Detected]:
    """Find one to four things, the surest first; if `said` is one of the labels, the first thing is that."""
    found: list[Detected] = []
    score = 1.0
    for at in range(1 + draw.integer(b"things") % 4):
        here = draw.within(b"thing %d" % at)
        score *= 0.8 + 0.199 * here.unit(b"score")
        label = here.one_of(b"label", labels) if at else label_of(said, labels) or here.one_of(b"label", labels)
        found.append({"box": _box(here), "label": label, "score": round(score, 6)})
    return found


def outlined(draw: Draw, thing: Detected) -> Detected:
    """Add the outline of a thing: sixteen points inside its box."""
    left, top, right, bottom = _sides(thing["box"])
    outline = []
    for at in range(16):
        reach = 0.4 + 0.1 * draw.unit(b"reach %d" % at)
        outline.append(round((left + right) / 2 + reach * (right - left) * cos(at * pi / 8), 4))
        outline.append(round((top + bottom) / 2 + reach * (bottom - top) * sin(at * pi / 8), 4))
    return {**thing, "polygon": [outline]}


def found_at(draw: Draw) -> list[float]:
    """Give the left, top, right and bottom of something, in parts of the image's width and height."""
    return list(_sides(_box(draw)))


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box["topX"], box["topY"], box["bottomX"], box["bottomY"]


def _box(draw: Draw) -> Box:
    width, height = 0.1 + 0.5 * draw.unit(b"width"), 0.1 + 0.5 * draw.unit(b"height")
    left, top = draw.unit(b"left") * (1 - width), draw.unit(b"top") * (1 - height)
    return {
        "topX": round(left, 4),
        "topY": round(top, 4),
        "bottomX": round(left + width, 4),
        "bottomY": round(top + height, 4),
    }
