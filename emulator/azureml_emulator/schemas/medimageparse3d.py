"""MedImageParse 3D: for each scan and text a mask as a NIfTI file, in base64 in JSON in a text."""

import gzip
import json
import struct
from base64 import b64encode
from typing import ClassVar, Literal

from azureml_emulator.draw import Draw
from azureml_emulator.frame import Images
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring

SIDE = 16
"""Voxels of the mask in each direction; nobody reads the caller's scan to know its own."""


class Scans(Images):
    """Scans, and what to look for in each; several things with `&` between them."""

    needed: ClassVar[tuple[str, ...]] = ("image", "text")


class Request(Fields):
    """The whole body."""

    input_data: Scans
    params: Parameters = {}


Response = list[dict[Literal["nifti_file"], str]]


def read(body: Request) -> Reading:
    """For each row the text, after its scan as a chat message's part would have it."""
    rows = zip(body.input_data.texts("image"), body.input_data.texts("text"), strict=True)
    return Reading(tuple(_prompt(image, text) for image, text in rows), body.params)


def _prompt(image: str, text: str) -> Prompt:
    parts = [{"type": "image_url", "image_url": {"url": image}}, {"type": "text", "text": text}]
    return Prompt(text, ({"role": "user", "content": parts},))


def write(scoring: Scoring) -> Response:
    """A mask for each row; its voxels are 0 or the number of the thing, counted from 1 in the order of the text."""
    found = []
    for at, prompt in enumerate(scoring.reading.prompts):
        data = b64encode(_nifti(scoring.draw_of(at), min(prompt.text.count("&") + 1, 255)))
        found.append(json.dumps({"data": data.decode()}))
    return [{"nifti_file": one} for one in found]


def _nifti(draw: Draw, things: int) -> bytes:
    """Write a NIfTI-1 file, compressed: a head of 348 bytes, 4 of padding, a byte for each voxel."""
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 3, SIDE, SIDE, SIDE, 1, 1, 1, 1)
    struct.pack_into("<2h", head, 70, 2, 8)  # unsigned bytes
    struct.pack_into("<8f", head, 76, *[1.0] * 8)
    struct.pack_into("<f", head, 108, 352.0)
    head[344:348] = b"n+1\x00"
    voxels = bytearray(SIDE**3)
    for thing in range(1, things + 1):
        for run in range(SIDE):
            start = draw.integer(b"%d %d" % (thing, run)) % (len(voxels) - SIDE)
            voxels[start : start + SIDE // 2] = bytes([thing]) * (SIDE // 2)
    return gzip.compress(bytes(head + voxels), mtime=0)


SCHEMA = Schema(
    name="medimageparse3d",
    about="MedImageParse 3D: segmentation of medical scans by text",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {
            "columns": ["image", "text"],
            "index": [0],
            "data": [["H4sIAAAAAAAAAwMAAAAAAAAAAAA=", "left kidney & right kidney"]],
        }
    },
    models=("MedImageParse3D",),
    evidence="documented: model card of MedImageParse3D; unverified: the voxels' values",
)
