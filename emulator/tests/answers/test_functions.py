import sys

import pytest
from pydantic import ValidationError

from azureml_emulator.answers import AnswerSource, Python
from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.errors import ScoringFailed
from azureml_emulator.wire import Call


def shout(prompt, parameters):
    return f"{prompt.upper()}{parameters.get('mark', '')}"


class TestPython:
    def test_calls_a_function(self, ask):
        assert Python(shout).answer(ask("hi", mark="!")).text == "HI!"

    def test_imports_module_and_function(self, ask, tmp_path, monkeypatch):
        (tmp_path / "my_answers.py").write_text("def upper(prompt, parameters):\n    return prompt.upper()\n")
        monkeypatch.syspath_prepend(tmp_path)
        assert AnswerSource.of({"type": "python", "function": "my_answers:upper"}).answer(ask("hi")).text == "HI"
        del sys.modules["my_answers"]

    @pytest.mark.parametrize(
        ("name", "expected"),
        [("no_such_module:f", "cannot import"), ("json:nope", "has no 'nope'"), ("json", "expected module:function")],
    )
    def test_says_which_half_is_wrong(self, ask, name, expected):
        with pytest.raises(ValidationError, match=expected):
            Python(name)

    def test_a_crash_is_a_failed_scoring_that_callers_learn_nothing_of(self, ask):
        with pytest.raises(ScoringFailed) as error:
            Python(lambda prompt, parameters: 1 / 0).answer(ask())
        assert error.value.cause == "ZeroDivisionError: division by zero"
        assert "division" not in error.value.message

    def test_anything_but_text_is_a_failed_scoring(self, ask):
        with pytest.raises(ScoringFailed) as error:
            Python(lambda prompt, parameters: None).answer(ask())
        assert "NoneType" in error.value.cause

    def test_cannot_change_the_request(self, ask):
        asked = ask(a=1)
        Python(lambda prompt, parameters: str(parameters.clear())).answer(asked)
        assert asked.parameters == {"a": 1}


def test_a_function_is_asked_each_time_even_if_the_request_comes_again():
    heard = []
    endpoint = Endpoint("e", schema="gpt2", answer=lambda prompt, _: heard.append(prompt) or str(len(heard)))
    engine = Engine([endpoint])
    headers = {"authorization": f"Bearer {endpoint.key}", "content-type": "application/json"}
    call = Call("POST", "/score", headers, b'{"inputs": {"input_string": ["a"]}}')
    assert [engine.score(call).body for _ in range(4)] == [b'[{"0": "%d"}]' % number for number in range(1, 5)]
