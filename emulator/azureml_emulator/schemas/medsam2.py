"""MedSAM2: the mask of one thing in a scan, found from a box in its key slice, slice by slice as lists of 0 and 1."""

from typing import Annotated, Any

from pydantic import Field, FiniteFloat
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.schema import Fields, Prompt, Reading, Schema, Scoring

SIDE = 32
"""Voxels across and down of the made-up scan; a true one has 512, and nobody reads the caller's."""
SLICES = 8

Box = Annotated[list[FiniteFloat], Field(min_length=4, max_length=4)]
Window = Annotated[list[FiniteFloat], Field(min_length=2, max_length=2)]


class Scan(Fields):
    """One scan: everything is a list of one."""

    nii_image: Annotated[list[str], Field(min_length=1)]
    bbox: Annotated[list[Box], Field(min_length=1)]
    key_slice_idx: Annotated[list[int], Field(min_length=1)]
    dicom_window: list[Window] = [[0.0, 255.0]]
    slice_offset: list[int] = [0]


class Request(Fields):
    """The whole body."""

    input_data: Scan


class About(TypedDict):
    """What was asked for, and the scan's measures."""

    shape: list[int]
    key_slice_index: int
    adjusted_key_slice_index: int
    bbox: list[float]
    dicom_window: list[float]
    spacing: list[float]
    origin: list[float]


class Response(TypedDict):
    """The mask by slice, row and column."""

    mask: list[list[list[int]]]
    metadata: About


def read(body: Request) -> Reading:
    """One scan; its text is the image's base64."""
    scan = body.input_data
    parameters: dict[str, Any] = {
        "bbox": scan.bbox[0],
        "key_slice_idx": scan.key_slice_idx[0],
        "dicom_window": (scan.dicom_window or [[0.0, 255.0]])[0],
        "slice_offset": (scan.slice_offset or [0])[0],
    }
    return Reading((Prompt(scan.nii_image[0]),), parameters)


def write(scoring: Scoring) -> Response:
    """A ball in a scan of 8 slices of 32 by 32 voxels (unverified: that offset and key slice are added)."""
    asked = scoring.reading.parameters
    size = SIDE * (0.2 + 0.2 * scoring.draw_of(0).unit(b"size"))
    mask = [[[int(_inside(x, y, z, size)) for x in range(SIDE)] for y in range(SIDE)] for z in range(SLICES)]
    key = asked["key_slice_idx"]
    return {
        "mask": mask,
        "metadata": {
            "shape": [SIDE, SIDE, SLICES],
            "key_slice_index": key,
            "adjusted_key_slice_index": key + asked["slice_offset"],
            "bbox": asked["bbox"],
            "dicom_window": asked["dicom_window"],
            "spacing": [1.0, 1.0, 1.0],
            "origin": [0.0, 0.0, 0.0],
        },
    }


def _inside(x: int, y: int, z: int, size: float) -> bool:
    across, down, through = x - SIDE / 2, y - SIDE / 2, (z - SLICES / 2) * SIDE / SLICES
    return across * across + down * down + through * through < size * size


SCHEMA = Schema(
    name="medsam2",
    about="MedSAM2: segmentation of medical scans",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {
            "nii_image": ["H4sIAAAAAAAAAwMAAAAAAAAAAAA="],
            "bbox": [[10.0, 12.0, 20.0, 24.0]],
            "key_slice_idx": [4],
            "dicom_window": [[0.0, 255.0]],
            "slice_offset": [0],
        }
    },
    models=("MedSAM2*",),
    evidence="documented: model card of MedSAM2",
)
