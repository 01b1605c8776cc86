"""Likely causes: each is recognised by what it does to a value, and nothing else is taken for it."""

from typing import Any

import pytest

from azureml_contract.broken import UNSAID, Broken, Told
from azureml_contract.causes import likely

ESCAPED, QUOTED, STRIPPED, CUT, FALSY, NESTED = (
    "the text is escaped twice; json.dumps already escapes.",
    "quotes are put around the text by hand; json.dumps already does that.",
    "the text is stripped; its blanks are part of it.",
    "the text is cut off.",
    "values that count as false are dropped: test `is not None`, or do not test at all.",
    "the parameters stand where the endpoint does not look for them.",
)


@pytest.mark.parametrize(
    ("expected", "got", "cause"),
    [
        ('a "b"', '"a \\"b\\""', ESCAPED),
        ('a "b"', 'a \\"b\\"', ESCAPED),
        ("é", "\\u00e9", ESCAPED),
        ('"é', '"\\"é"', ESCAPED),
        ("a\n", '"a\\n"', ESCAPED),
        ('a"\\b', 'a\\"\\\\b', ESCAPED),
        ('"a" é', '\\"a\\" é', ESCAPED),
        ("a", '"a"', ESCAPED),
        ("a", "'a'", QUOTED),
        ("é", '"é"', ESCAPED),
        ("\\", '"\\"', QUOTED),
        ("a\nb", '"a\nb"', QUOTED),
        ('a"b', '"a"b"', QUOTED),
        (" a ", "a", STRIPPED),
        (" a ", "a ", STRIPPED),
        (" a ", " a", STRIPPED),
        ("\n", "", STRIPPED),
        ("abc", "ab", CUT),
        ("abc", "a", CUT),
        ({"n": 0}, {}, FALSY),
        ({"n": 0, "m": 1, "stop": []}, {"m": 1}, FALSY),
        ({"n": 1}, {}, NESTED),
        ({"n": 1, "m": 0}, {}, NESTED),
        ({"n": 1}, {"parameters": {"n": 1}}, NESTED),
        ({"n": 1, "m": 2}, {"parameters": {"n": 1, "m": 2}}, NESTED),
    ],
)
def test_a_cause_is_recognised(expected: Any, got: Any, cause: str) -> None:
    assert likely(Broken("It is broken.", expected=expected, got=got)) == cause


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("a", "a"),
        ('"a"', '"a"'),
        ("", ""),
        ("a", "b"),
        ("a", "'a"),
        ("a\\b", "b"),
        ("a\\", "b\\"),
        ("ab", "b"),
        ('"\\a"', "\\a"),
        ("ab", ""),
        ("a", "ab"),
        ("a", " a"),
        (" a ", "b"),
        (5, "5"),
        ("5", 5),
        (5, 5),
        ({"n": 1, "m": 0}, {"m": 0}),
        ({"n": 1, "m": 0}, {"n": 1, "x": 0}),
        ({"n": 1}, {"n": 1}),
        ({"n": 1}, {"n": 2}),
        ({"n": 1, "m": 2}, {"a": {"n": 1}, "b": {"m": 2}}),
        ({"n": 1}, {"a": {"n": 1}, "b": {"n": 1}}),
        ({"n": 1}, {"a": {"n": 1.0}}),
        ({"n": 1}, {"a": {"n": 1, "m": 2}}),
        ({}, {}),
        ({}, {"a": {}}),
        ({"n": 0}, [0]),
        (["n"], {}),
        ([], {}),
        ({"n": 1}, "parameters"),
        ("n", {"n": "n"}),
        (Told("a text"), None),
        (UNSAID, UNSAID),
    ],
)
def test_where_none_is_recognised_none_is_named(expected: Any, got: Any) -> None:
    assert likely(Broken("It is broken.", expected=expected, got=got)) == ""
