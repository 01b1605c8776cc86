"""What the command line shows, by value."""

import base64

import pytest

from azureml_emulator import table


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (list(range(8)), list(range(8))),
        (list(range(9)), [0, 1, 2, "... 6 more"]),
        ([[0.5] * 768] * 2, [[0.5, 0.5, 0.5, "... 765 more"]] * 2),
        ([{"label": "cat"}] * 3, [{"label": "cat"}, "... 2 more"]),
        ({"mask": "a" * 101, "of": None}, {"mask": "a" * 40 + "... 61 more characters", "of": None}),
        ("b" * 100, "b" * 100),
        ('{"data": ' + "a" * 101 + "}", '{"data": ' + "a" * 40 + "... 62 more characters"),
        ("a text of many words " * 20, "a text of many words " * 20),
    ],
)
def test_what_is_long_is_cut_and_says_so(answer, shown):
    assert table.shortened(answer) == shown


def test_an_image_within_is_cut_too():
    picture = base64.b64encode(bytes(range(256))).decode()
    assert table.shortened([{"images": [picture]}]) == [{"images": [picture[:40] + "... 304 more characters"]}]


def test_a_long_text_is_cut_at_its_end():
    text = "many words " * 90
    assert table.shortened([text]) == [text[:600] + "... 390 more characters"]
    assert table.shortened(text[:600]) == text[:600]
