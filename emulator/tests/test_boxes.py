"""Detections: inside the image, outlines inside their boxes, labels of the model's own."""

import pytest

from azureml_emulator.boxes import detected, labels_for, outlined
from azureml_emulator.draw import Draw
from azureml_emulator.image_classes import COCO, FRIDGE

DRAWS = [Draw.of(b"%d" % number) for number in range(40)]


@pytest.mark.parametrize("draw", DRAWS[:20])
def test_boxes_lie_inside_the_image_and_outlines_inside_them(draw):
    things = detected(draw, COCO)
    assert 1 <= len(things) <= 4
    assert [one["score"] for one in things] == sorted((one["score"] for one in things), reverse=True)
    for thing in things:
        box = thing["box"]
        assert 0 <= box["topX"] < box["bottomX"] <= 1
        assert 0 <= box["topY"] < box["bottomY"] <= 1
        assert 0 < thing["score"] < 1
        assert thing["label"] in COCO
        [outline] = outlined(draw, thing)["polygon"]
        assert len(outline) == 32
        assert all(box["topX"] <= x <= box["bottomX"] for x in outline[::2])
        assert all(box["topY"] <= y <= box["bottomY"] for y in outline[1::2])


def test_draw_decides_and_nothing_else():
    assert detected(DRAWS[0], COCO) == detected(DRAWS[0], COCO)
    assert len({len(detected(draw, COCO)) for draw in DRAWS}) == 4
    assert len({detected(draw, COCO)[0]["label"] for draw in DRAWS}) > 15


def test_a_label_that_is_said_comes_first():
    assert {detected(draw, COCO, " Zebra")[0]["label"] for draw in DRAWS} == {"zebra"}
    assert detected(DRAWS[0], COCO, "unicorn") == detected(DRAWS[0], COCO)


def test_labels_are_the_models():
    assert labels_for("automl_object_detection") == labels_for("AutoML-Instance-Segmentation") == FRIDGE
    assert labels_for("yolof_r50_c5_8x8_1x_coco") == labels_for("mine") == COCO
    assert len(set(COCO)) == 80
