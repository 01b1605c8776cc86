import json

import pytest
from pydantic import ValidationError

from azureml_emulator import config
from azureml_emulator.answers import UNSAID, AnswerSource, File, Json
from azureml_emulator.errors import ConfigError


@pytest.mark.parametrize("value", [{"a": [1, None]}, [], "text", None, 1.5])
def test_any_json_value_is_the_body(ask, value):
    decision = Json(value).decide(ask())
    assert decision.body == value
    assert json.loads(decision.answer.text) == value


@pytest.mark.parametrize("value", [{1, 2}, {"a": object()}, b"bytes"])
def test_what_is_no_json_is_refused(value):
    with pytest.raises(ValidationError, match="JSON"):
        Json(value)


@pytest.mark.parametrize(
    ("content", "text"), [("Hello\n", "Hello"), ("a\n\n", "a\n"), ("", ""), ("\ufeffé", "é"), (" a ", " a ")]
)
def test_a_file_s_text_is_the_answer(ask, tmp_path, content, text):
    (tmp_path / "answer.txt").write_text(content, encoding="utf-8")
    decision = File(str(tmp_path / "answer.txt")).decide(ask())
    assert (decision.answer.text, decision.body) == (text, UNSAID)


def test_a_file_with_json_is_the_body(ask, tmp_path):
    (tmp_path / "answer.JSON").write_text('{"a": 1}')
    assert File(str(tmp_path / "answer.JSON")).decide(ask()).body == {"a": 1}


def test_a_file_that_changed_is_another_answer(tmp_path):
    file = tmp_path / "answer.txt"
    file.write_text("one")
    first, again = File(str(file)), File(str(file))
    file.write_text("two")
    assert first == again != File(str(file))
    assert hash(first) == hash(again)


def test_a_path_is_relative_to_the_configuration(ask, tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "answer.txt").write_text("here")
    (tmp_path / "sub" / "emulator.yml").write_text(
        "endpoints: [{name: a, schema: gpt2, answer: {rules: [{answer: {file: answer.txt}}]}}]"
    )
    source = config.load(str(tmp_path / "sub" / "emulator.yml")).endpoints[0].answer
    assert source.decide(ask()).answer.text == "here"
    monkeypatch.chdir(tmp_path)
    assert AnswerSource.of({"file": "sub/answer.txt"}).decide(ask()).answer.text == "here"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", None, "a.txt: cannot be read"),
        ("a.txt", b"\xff\xfe\xfd", "expected a file of UTF-8 text"),
        ("a.json", b'{"a": 1,\n}', r"a.json:2: not JSON"),
        ("a.json", b"[" * 100_000, "not JSON"),
        ("a\0", None, "expected a file of UTF-8 text"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_when_it_is_configured(tmp_path, name, content, expected):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=expected):
        config.check({"endpoints": [{"name": "a", "schema": "gpt2", "answer": {"file": f"{tmp_path}/{name}"}}]})
