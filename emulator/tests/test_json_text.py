"""JSON by an encoder that is made once: the text is that of `json.dumps`."""

import json
from json import encoder

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azureml_emulator.json_text import writer

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
FORMS = [
    ({}, {}),
    ({"ascii_only": False, "compact": True}, {"ensure_ascii": False, "separators": (",", ":")}),
    ({"compact": True, "sort_keys": True}, {"separators": (",", ":"), "sort_keys": True}),
]


@pytest.mark.parametrize(("ours", "theirs"), FORMS)
@given(value=VALUES)
def test_text_is_that_of_json_dumps(ours, theirs, value):
    assert writer(**ours)(value) == json.dumps(value, **theirs)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("value", [{1, 2}, b"x", {(1, 2): 3}, object()])
def test_what_is_no_json_is_a_type_error(monkeypatch, compiled, value):
    if not compiled:
        monkeypatch.setattr(encoder, "c_make_encoder", None)
    with pytest.raises(TypeError):
        writer()([value])


def test_without_the_c_encoder_the_text_is_the_same(monkeypatch):
    monkeypatch.setattr(encoder, "c_make_encoder", None)
    value = {"text": "é\u2028", "numbers": [1, 1.5, float("nan")], "nothing": None}
    assert writer()(value) == json.dumps(value)


def test_nesting_without_end_is_an_error():
    value = []
    value.append(value)
    with pytest.raises(RecursionError):
        writer()(value)
