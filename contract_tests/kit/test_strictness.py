"""Strict JSON: what is wrong about a body, in words."""

import pytest

from azureml_contract.strictness import constant, flaw


@pytest.mark.parametrize("body", [b"{}", b'{"a": "\\ud83c"}', '{"é": [1, 1.0, null, true]}'.encode(), b" [1] \n"])
def test_json_has_no_flaw(body: bytes) -> None:
    assert flaw(body) == ""


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": "\xe9"}', "byte 7 is 0xe9"),
        (b'{"a": "\xed\xa0\xbd"}', "not UTF-8"),
        (b'{"a": 1, "a": 1}', "the key 'a' twice"),
        (b'{"a": [{"b": 1, "b": 2}]}', "the key 'b' twice"),
        (b"[NaN]", "the bare word NaN"),
        (b'{"a": -Infinity}', "the bare word -Infinity"),
        (b'{"a": "', "Unterminated string"),
        (b"[" * 100_000, "nested too deeply"),
        (b"", "Expecting value"),
    ],
)
def test_a_flaw_is_told(body: bytes, told: str) -> None:
    assert told in flaw(body)


def test_a_bare_word_is_named() -> None:
    assert constant(b'{"a": [Infinity]}') == "Infinity"
    assert constant(b'{"a": "NaN"}') == ""
    assert constant(b"no JSON") == ""
