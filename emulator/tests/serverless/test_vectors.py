"""Vectors as serverless models give them."""

import base64
from struct import unpack

import pytest

from azureml_emulator.serverless.vectors import encoded, size_of, vector


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ("text-embedding-3-small", 1536),
        ("Text-Embedding-3-Large", 3072),
        ("text-embedding-ada-002", 1536),
        ("embed-v-4-0", 1536),
        ("Cohere-embed-v3-multilingual", 1024),
        ("my-own", 1024),
    ],
)
def test_each_model_has_its_own_size(model, size):
    assert size_of(model) == size
    assert len(vector("hello", model)) == size


def test_fewer_dimensions_are_the_first_ones_at_unit_length():
    whole, short = vector("hello", "m"), vector("hello", "m", 16)
    assert sum(one * one for one in short) == pytest.approx(1, abs=1e-6)
    ratios = [a / b for a, b in zip(short, whole, strict=False)]
    assert ratios == pytest.approx([ratios[0]] * 16, rel=1e-4)


def test_more_dimensions_than_the_models_own_are_given():
    assert len(vector("hello", "m", 2000)) == 2000


def test_forms():
    numbers = [0.5, -0.25, 0.0, 0.125, -0.5, 0.5, 0.5, 0.5, -0.5]
    assert encoded(numbers, "float") == numbers
    assert list(unpack("<9f", base64.b64decode(encoded(numbers, "base64")))) == numbers
    assert encoded(numbers, "int8") == [127, -64, 0, 32, -127, 127, 127, 127, -127]
    assert encoded(numbers, "uint8")[0] == 255
    assert encoded(numbers, "ubinary") == [0b10010111, 0]
    assert encoded(numbers, "binary") == [0b10010111 - 128, -128]
