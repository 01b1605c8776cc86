"""Tables in requests: rows in each way that model cards write them, and refusals that say which row."""

import pytest
from pydantic import ValidationError

from azureml_emulator.frame import Frame, Images, ImagesRequest, read_images


def test_rows_are_lists_objects_or_bare_cells():
    for data in (["a", "b"], [["a"], ["b"]], [{"image": "a"}, {"image": "b", "mask": "m"}]):
        table = Images.model_validate({"columns": ["image"], "index": [0, 1], "data": data})
        assert table.texts("image") == ["a", "b"]


def test_what_is_left_out_is_empty():
    table = Images.model_validate({"columns": ["image", "text"], "data": [["a", "x"], ["b"], ["c", None]]})
    assert table.texts("text") == ["x", "", ""]
    assert table.rows[1] == {"image": "b"}
    assert Frame(columns=["a"], data=[]).rows == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"columns": ["text"], "data": []}, "expected columns image; 'image' is missing"),
        ({"columns": ["image"], "index": [0], "data": ["a", "b"]}, "1 rows in index, but 2 in data"),
        ({"columns": ["image"], "data": ["a", ["b", "c"]]}, "row 1 has 2 cells, but there are 1 columns"),
        ({"columns": ["image"], "data": ["a", 5]}, "row 1 has no text in column 'image'"),
        ({"columns": ["image", "text"], "data": [[]]}, "row 0 has no text in column 'image'"),
        ({"columns": ["image"], "data": [{"text": "a"}]}, "row 0 has no text in column 'image'"),
        ({"columns": ["image"]}, "Field required"),
        ({"columns": "image", "data": []}, "valid list"),
    ],
)
def test_a_wrong_table_is_refused(table, said):
    with pytest.raises(ValidationError, match=said):
        Images.model_validate(table)


def test_images_are_the_prompts():
    body = {"input_data": {"columns": ["image"], "data": ["a", ["b"]]}, "params": {"threshold": 0.5}}
    reading = read_images(ImagesRequest.model_validate(body))
    assert [prompt.text for prompt in reading.prompts] == ["a", "b"]
    assert reading.parameters == {"threshold": 0.5}
