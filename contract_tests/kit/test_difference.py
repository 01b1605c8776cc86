"""What differs between two values, in words."""

from typing import Any

import pytest

from azureml_contract.broken import Told
from azureml_contract.difference import LONGEST, in_words, same, shown, size

QUOTES, EMPTY = "quotes added at both ends", "all of it is missing"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("é", "'é'"),
        ("é".encode(), "é"),
        (b"\xff", "\\xff"),
        (None, "None"),
        (Told("a text"), "a text"),
        ("x" * (LONGEST - 2), f"'{'x' * (LONGEST - 2)}'"),
        ("x" * (LONGEST - 1), f"'{'x' * 56} ... {'x' * 56}'"),
        (b"a" * 57 + b"b" * 100 + b"c" * 57, f"{'a' * 57} ... {'c' * 57}"),
    ],
)
def test_a_value_is_shown_on_a_line(value: Any, text: str) -> None:
    assert shown(value) == text
    assert len(text) <= LONGEST == 120


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", "0 characters"),
        ("a", "1 character"),
        ("é\n", "2 characters"),
        (b"a", "1 byte"),
        ("é".encode(), "2 bytes"),
        (5, ""),
        (["a"], ""),
        (None, ""),
    ],
)
def test_how_long_a_text_is(value: Any, text: str) -> None:
    assert size(value) == text


@pytest.mark.parametrize(
    ("expected", "got", "told"),
    [
        ("a", '"a"', QUOTES),
        ("", '""', QUOTES),
        ('"a"', '""a""', QUOTES),
        ('"a', '"a"', "1 character added"),
        ('"a"', '"b"', "they differ from character 1 on"),
        ('b"a"', '"ba"', "they differ from character 0 on"),
        ("a", '""a', "2 characters added"),
        ('a"', '"\\"a\\""', f"{QUOTES}, 2 backslashes added"),
        ('"', '"\\""', f"{QUOTES}, backslash added"),
        ("a", "\\a", "backslash added"),
        ("\\a", "\\\\a", "backslash added"),
        ("a", "\\\\\\a", "3 backslashes added"),
        ('"', "\\", "backslash added"),
        ("", '"', "1 character added"),
        ("'", '"', "they differ from character 0 on"),
        ("\\a", "a", "1 character missing"),
        ("abc", "", EMPTY),
        (" ", "", EMPTY),
        (" a", "a", "blanks lost at the start"),
        ("a\n", "a", "blanks lost at the end"),
        ("  a ", " a", "blanks lost at the start, blanks lost at the end"),
        ("a", " a", "blanks added at the start"),
        ("a", "a \n", "blanks added at the end"),
        (" a", "a ", "blanks lost at the start, blanks added at the end"),
        ("abcd", "bc", "2 characters missing"),
        ("bc", "abcd", "2 characters added"),
        ("b", "abc def", "6 characters added"),
        ("abc", "abd", "they differ from character 2 on"),
        ("xbc", "abc", "they differ from character 0 on"),
        ("a b", "a\tb", "they differ from character 1 on"),
        (" a", "\ta", "they differ from character 0 on"),
        ('"a"', '"a"', "they differ from character 3 on"),
    ],
)
def test_what_differs_between_texts(expected: str, got: str, told: str) -> None:
    assert in_words(expected, got) == told


@pytest.mark.parametrize(
    ("expected", "got", "told"),
    [
        ({"a": 1, "b": 2}, {"b": 2}, "'a' is missing"),
        ({"b": 2}, {"a": 1, "b": 2}, "'a' was added"),
        ({"a": 1}, {"a": 1.0}, "'a' became 1.0"),
        ({"a": 1, "b": 1, "c": 1}, {"b": 2, "c": 1, "d": 1}, "'a' is missing, 'd' was added, 'b' became 2"),
        ({"a": 1}, {"a": "x" * 200}, f"'a' became '{'x' * 56} ... {'x' * 56}'"),
        ({"a": 1}, {"a": 1}, ""),
        (1, "1", "int became str"),
        ("1", 1, "str became int"),
        ({}, [], "dict became list"),
        ([], {}, "list became dict"),
        (True, 1, "bool became int"),
        (b"a", "a", "bytes became str"),
        (1, 2, ""),
        ([1], [2], ""),
        (Told("a text"), "a", ""),
        ("a", Told("a text"), ""),
        (Told("a text"), None, ""),
    ],
)
def test_what_differs_between_values(expected: Any, got: Any, told: str) -> None:
    assert in_words(expected, got) == told


@pytest.mark.parametrize(
    "value", [None, True, 0, -0.0, 1.5, "a", [], [1, [2]], {}, {"a": [1], "b": {"c": None}}], ids=repr
)
def test_a_value_is_the_same_as_itself(value: Any) -> None:
    assert same(value, value)


def test_members_may_stand_in_any_order() -> None:
    assert same({"a": 1, "b": [2]}, {"b": [2], "a": 1})
    assert same(float("1e3"), float("1000"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0, False),
        (0, None),
        (0.0, -0.0),
        (1, 2),
        ("1", 1),
        ("a", "b"),
        ([], {}),
        ([], None),
        ([1], [1.0]),
        ([1], [1, 2]),
        ([1, 2], [1]),
        ([1, 2], [2, 1]),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": {"b": 2}}),
        (float("nan"), float("nan")),
    ],
)
def test_what_is_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)
