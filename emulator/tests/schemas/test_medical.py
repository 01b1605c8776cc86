"""Models for medical scans and slides: masks that decode, reports, and choices; and one for any table."""

import gzip
import json
import struct
from base64 import b64decode

import pytest

from azureml_emulator.endpoint import DEVELOPMENT_KEY, Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import WrongShape
from azureml_emulator.schemas import find
from azureml_emulator.wire import Call


def answer(schema, body, **settings):
    engine = Engine([Endpoint("one", schema=schema, **settings)])
    headers = {"authorization": f"Bearer {DEVELOPMENT_KEY}", "content-type": "application/json"}
    reply = engine.score(Call("POST", "/score", headers, json.dumps(body).encode(), 1.0, "one"))
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


def table(*rows, columns):
    return {"input_data": {"columns": [*columns], "index": [*range(len(rows))], "data": [*rows]}}


def scan(**changed):
    data = {"nii_image": ["a"], "bbox": [[1, 2, 3, 4]], "key_slice_idx": [4], "slice_offset": [3]}
    return {"input_data": {**data, **changed}}


def test_medsam2_masks_one_ball():
    found = answer("medsam2", scan())
    mask, metadata = found["mask"], found["metadata"]
    assert metadata["shape"] == [len(mask[0][0]), len(mask[0]), len(mask)]
    assert {voxel for level in mask for row in level for voxel in row} == {0, 1}
    assert mask[4][16][16] == 1
    assert mask[0][0][0] == 0
    assert (metadata["bbox"], metadata["adjusted_key_slice_index"]) == ([1.0, 2.0, 3.0, 4.0], 7)
    assert answer("medsam2", scan(nii_image=["b"]))["mask"] != mask


@pytest.mark.parametrize(
    "changed",
    [
        {"bbox": [[1, 2, 3]]},
        {"bbox": []},
        {"bbox": [[1, 2, 3, float("nan")]]},
        {"nii_image": []},
        {"key_slice_idx": ["x"]},
    ],
)
def test_medsam2_wants_a_box_in_a_scan(changed):
    with pytest.raises(WrongShape, match=rf"input_data\.{next(iter(changed))}"):
        find("medsam2").parse(scan(**changed))


def test_medimageparse3d_gives_a_nifti_file_with_a_number_for_each_thing():
    [row] = answer("medimageparse3d", table(["a", "liver & spleen & aorta"], columns=("image", "text")))
    data = gzip.decompress(b64decode(json.loads(row["nifti_file"])["data"], validate=True))
    dimensions = struct.unpack_from("<8h", data, 40)
    assert struct.unpack_from("<i", data)[0] == 348
    assert data[344:348] == b"n+1\x00"
    assert dimensions[0] == 3
    assert len(data) == 352 + dimensions[1] * dimensions[2] * dimensions[3]
    assert {*data[352:]} == {0, 1, 2, 3}


def test_prism_reports_or_chooses():
    columns = ("embeddings", "neg_prompts", "pos_prompts")
    said = {"answer": {"type": "fixed", "text": "Benign."}}
    assert answer("prism", table(["a"], columns=columns[:1]), **said) == [{"output": "</s>Benign.</s>"}]
    [chosen] = answer("prism", table(["a", "benign", "malignant"], columns=columns))
    assert sum(chosen["output"]) == pytest.approx(1)
    [no] = answer("prism", table(["a", "benign", "malignant"], columns=columns), answer=lambda *_: "no")
    assert no["output"][0] > 0.5
    with pytest.raises(WrongShape, match="or neither"):
        find("prism").parse(table(["a", "benign"], columns=columns[:2]))


def test_cxrreportgen_puts_every_other_finding_in_a_box():
    columns = ("frontal_image", "lateral_image", "indication", "technique", "comparison")
    row = ["a", "b", "cough", "two views", "none"]
    said = {"answer": {"type": "fixed", "text": "The heart is small. The left lung is dense. No fracture"}}
    [found] = answer("cxrreportgen", table(row, columns=columns), **said)
    (heart, nowhere), (lung, [box]), (bones, too) = json.loads(found["output"])
    assert (heart, lung, bones) == ("The heart is small.", "The left lung is dense.", "No fracture.")
    assert nowhere is too is None
    assert 0 <= box[0] < box[2] <= 1
    assert 0 <= box[1] < box[3] <= 1
    [said_again] = answer("cxrreportgen", table(row, columns=columns))
    assert json.loads(said_again["output"]) == [["cough two views none.", None]]
    with pytest.raises(WrongShape, match="'frontal_image' is missing"):
        find("cxrreportgen").parse(table(["a"], columns=columns[1:2]))


def test_medimageparse_masks_each_thing_that_the_text_names():
    [row] = answer("medimageparse", table(["a", "tumour & vessel"], columns=("image", "text")))
    assert row["text_features"] == ["tumour", "vessel"]
    array = json.loads(row["image_features"])
    things, height, width = array["shape"]
    data = b64decode(array["data"], validate=True)
    assert (things, len(data), array["dtype"]) == (2, 2 * height * width, "uint8")
    masks = data[: height * width], data[height * width :]
    assert masks[0] != masks[1]
    assert all({*mask} == {0, 1} for mask in masks)
    [many] = answer("medimageparse", table(["a", "x & " * 5000], columns=("image", "text")))
    assert len(many["text_features"]) == 32


def test_mmeft_gives_a_probability_to_every_label():
    rows = [31, "fine", True], [67, None, False]
    found = answer("mmeft", table(*rows, columns=("age", "opinion", "returning")))
    assert [list(one) for one in found] == [["label1", "label2", "label3"]] * 2
    assert [sum(one.values()) for one in found] == [pytest.approx(1)] * 2
    assert found[0] != found[1]
    [chosen] = answer("mmeft", table(rows[0], columns=("a", "b", "c")), answer=lambda *_: "label3")
    assert chosen["label3"] >= 0.6
