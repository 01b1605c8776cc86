import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from azureml_emulator import tokens
from azureml_emulator.answers import AnswerSource, Ask, Echo, Faker, Fixed, Python
from azureml_emulator.errors import ScoringFailed
from azureml_emulator.schema import Prompt, Reading


def ask(text="Tell me", seed=0, endpoint="e", full_text=False, max_tokens=None, **parameters):
    prompt = Prompt(text)
    return Ask(prompt, Reading((prompt,), parameters, full_text=full_text, max_tokens=max_tokens), seed, endpoint)


@given(st.text())
def test_echo_gives_back_any_prompt_whatever_the_parameters(text):
    assert Echo().answer(ask(text, max_tokens=1, stop=["e"], return_full_text=True)).text == text


def test_fixed_is_fixed():
    assert Fixed("yes").answer(ask()).text == "yes"


class TestFaker:
    def test_is_a_pure_function_of_seed_endpoint_prompt_and_parameters(self):
        faker = Faker()
        base = faker.answer(ask())
        assert faker.answer(ask()) == base
        others = [ask(seed=1), ask(endpoint="f"), ask("Tell you"), ask(temperature=0.5)]
        assert len({base.text} | {faker.answer(other).text for other in others}) == 5

    def test_a_limit_shortens_the_same_text(self):
        whole = Faker().answer(ask())
        cut = Faker().answer(ask(max_new_tokens=5))
        assert whole.text.startswith(cut.text)
        assert tokens.count(cut.text) == 5
        assert (whole.finish_reason, cut.finish_reason) == ("stop", "length")

    @pytest.mark.parametrize("name", ["max_new_tokens", "max_tokens", "max_gen_len", "max_length"])
    def test_knows_each_name_of_the_limit(self, name):
        assert tokens.count(Faker().answer(ask(**{name: 3})).text) == 3

    def test_keeps_the_limit_of_the_shape_when_the_caller_gives_none(self):
        assert tokens.count(Faker().answer(ask(max_tokens=4)).text) == 4

    @pytest.mark.parametrize("stop", ["e", ["e", "zzz"]])
    def test_ends_before_a_stop_sequence(self, stop):
        answer = Faker().answer(ask(stop=stop))
        assert "e" not in answer.text
        assert answer.finish_reason == "stop"

    def test_repeats_the_prompt_when_the_shape_or_the_caller_says_so(self):
        plain = Faker().answer(ask()).text
        assert Faker().answer(ask(full_text=True)).text == "Tell me" + plain
        assert Faker().answer(ask(return_full_text=True)).text == "Tell me" + plain
        assert Faker().answer(ask(full_text=True, return_full_text=False)).text == plain

    def test_speaks_other_languages_and_refuses_unknown_ones(self):
        assert not Faker("ja_JP").answer(ask()).text.isascii()
        with pytest.raises(ValidationError, match="expected a locale"):
            Faker("xx_XX")


def shout(prompt, parameters):
    return f"{prompt.upper()}{parameters.get('mark', '')}"


class TestPython:
    def test_calls_a_function(self):
        assert Python(shout).answer(ask("hi", mark="!")).text == "HI!"

    def test_imports_module_and_function(self, tmp_path, monkeypatch):
        (tmp_path / "my_answers.py").write_text("def upper(prompt, parameters):\n    return prompt.upper()\n")
        monkeypatch.syspath_prepend(tmp_path)
        assert AnswerSource.of({"type": "python", "function": "my_answers:upper"}).answer(ask("hi")).text == "HI"
        del sys.modules["my_answers"]

    @pytest.mark.parametrize(
        ("name", "expected"),
        [("no_such_module:f", "cannot import"), ("json:nope", "has no 'nope'"), ("json", "expected module:function")],
    )
    def test_says_which_half_is_wrong(self, name, expected):
        with pytest.raises(ValidationError, match=expected):
            Python(name)

    def test_a_crash_is_a_failed_scoring_that_callers_learn_nothing_of(self):
        with pytest.raises(ScoringFailed) as error:
            Python(lambda prompt, parameters: 1 / 0).answer(ask())
        assert error.value.cause == "ZeroDivisionError: division by zero"
        assert "division" not in error.value.message

    def test_anything_but_text_is_a_failed_scoring(self):
        with pytest.raises(ScoringFailed) as error:
            Python(lambda prompt, parameters: None).answer(ask())
        assert "NoneType" in error.value.cause

    def test_cannot_change_the_request(self):
        asked = ask(a=1)
        Python(lambda prompt, parameters: str(parameters.clear())).answer(asked)
        assert asked.parameters == {"a": 1}
