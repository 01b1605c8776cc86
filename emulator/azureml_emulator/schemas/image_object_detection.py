"""Object detection: for each image the boxes of what is in it, in parts of the image's width and height."""

from typing import Literal

from azureml_emulator.boxes import Detected, detected, labels_for
from azureml_emulator.frame import ImagesRequest, read_images
from azureml_emulator.schema import Schema, Scoring

Response = list[dict[Literal["boxes"], list[Detected]]]


def write(scoring: Scoring) -> Response:
    """One to four boxes for each image, the surest first; an answer that names a class decides the first."""
    labels = labels_for(scoring.model)
    return [{"boxes": detected(scoring.draw_of(at), labels, said)} for at, said in enumerate(scoring.texts)]


SCHEMA = Schema(
    name="image-object-detection",
    about="Object detection: the catalog's detectors trained on COCO, and AutoML's",
    request=ImagesRequest,
    response=Response,
    read=read_images,
    write=write,
    speaks=False,
    example={"input_data": {"columns": ["image"], "index": [0], "data": ["https://example.com/street.jpg"]}},
    variants=({"input_data": {"columns": ["image"], "data": [["R0lGODlhAQABAAAAACw="], ["street.jpg"]]}},),
    models=(
        "automl?object?detection",
        "deformable_detr_*_coco",
        "sparse_rcnn_*_coco",
        "vfnet_*_coco",
        "yolof_*_coco",
        "mmd-3x-deformable-detr_*_coco",
        "mmd-3x-sparse-rcnn_*_coco",
        "mmd-3x-vfnet_*_coco",
        "mmd-3x-yolof_*_coco",
    ),
    evidence="documented: model cards of yolof_r50_c5_8x8_1x_coco, automl_object_detection and others",
)
