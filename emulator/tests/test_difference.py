import re
from unittest.mock import ANY

import pytest

from azureml_emulator.difference import differences, likeness, parted, same


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (1, 1),
        (1.0, 1.0),
        ([1, {"a": "b"}], [1, {"a": "b"}]),
        (("x",), ["x"]),
        (re.compile("t+er"), "otter"),
        (ANY, 3),
    ],
)
def test_the_same(expected, got):
    assert same(expected, got)
    assert likeness(expected, got) == 1
    assert list(differences(expected, got)) == []


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (1, 1.0),
        (1, True),
        (0, False),
        (1.0, True),
        ([1], [1, 2]),
        ({"a": 1}, {}),
        (re.compile("x"), "otter"),
        ("1", 1),
    ],
)
def test_not_the_same(expected, got):
    assert not same(expected, got)
    assert likeness(expected, got) < 1
    assert list(differences(expected, got))


@pytest.mark.parametrize(
    ("expected", "got", "told"),
    [
        ({"a": 1}, {"a": 1.0}, ["a: expected 1, got 1.0"]),
        ({"a": {"b": 1}}, {"a": {}}, ["a.b: expected 1, but it is not there"]),
        ({}, {"a": [1]}, ["a: not expected, got [1]"]),
        ({"a": ["x", "y"]}, {"a": ["x"]}, ["a: expected 2, got 1: ['x']"]),
        ({"a": [{"b": "x"}]}, {"a": [{"b": "z"}]}, ["a[0].b: expected 'x', got 'z'"]),
        ({"a": 1, "b": 2}, {"b": 3}, ["a: expected 1, but it is not there", "b: expected 2, got 3"]),
        ({"a": re.compile("x+")}, {"a": "y"}, ["a: expected a text in which 'x+' is found, got 'y'"]),
    ],
)  # fmt: skip
def test_each_difference_has_its_path(expected, got, told):
    assert list(differences(expected, got)) == told


def test_long_texts_are_shown_from_where_they_part():
    told = parted("a" * 100 + "x" * 100, "a" * 100 + "y")
    assert told == f"from character 100 on expected ...'{'a' * 20}{'x' * 40}'..., got ...'{'a' * 20}y'"


def test_the_more_is_the_same_the_more_alike():
    asked = {"prompt": "What is the weather?", "temperature": 1}
    nearly = {"prompt": "What is the whether?", "temperature": 1}
    assert 1 > likeness(asked, nearly) > likeness(asked, {"prompt": "Who?", "temperature": 1}) > likeness(asked, {})
