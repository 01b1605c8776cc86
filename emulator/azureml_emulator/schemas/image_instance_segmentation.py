"""Instance segmentation: object detection with an outline of each thing."""

from typing import Literal

from azureml_emulator.boxes import Detected, detected, labels_for, outlined
from azureml_emulator.frame import ImagesRequest, read_images
from azureml_emulator.schema import Schema, Scoring

Response = list[dict[Literal["boxes"], list[Detected]]]


def write(scoring: Scoring) -> Response:
    """One to four outlined things for each image; an answer that names a class decides the first."""
    labels = labels_for(scoring.model)
    answers: Response = []
    for at, said in enumerate(scoring.texts):
        draw = scoring.draw_of(at)
        found = detected(draw, labels, said)
        answers.append({"boxes": [outlined(draw.within(b"outline %d" % n), one) for n, one in enumerate(found)]})
    return answers


SCHEMA = Schema(
    name="image-instance-segmentation",
    about="Instance segmentation: Mask R-CNN and RTMDet trained on COCO, and AutoML's",
    request=ImagesRequest,
    response=Response,
    read=read_images,
    write=write,
    speaks=False,
    example={"input_data": {"columns": ["image"], "index": [0], "data": ["https://example.com/kitchen.jpg"]}},
    variants=({"input_data": {"columns": ["image"], "data": [["R0lGODlhAQABAAAAACw="], ["kitchen.jpg"]]}},),
    models=("automl?instance?segmentation", "mask_rcnn_*_coco", "mmd-3x-mask-rcnn_*_coco", "mmd-3x-rtmdet-ins_*"),
    evidence="documented: model cards of mask_rcnn_swin-t-p4-w7_fpn_1x_coco and automl_instance_segmentation",
)
