import pytest
from pydantic import ValidationError

from azureml_emulator import tokens
from azureml_emulator.answers import Faker


class TestFaker:
    def test_is_a_pure_function_of_seed_endpoint_prompt_and_parameters(self, ask):
        faker = Faker()
        base = faker.answer(ask())
        assert faker.answer(ask()) == base
        others = [ask(seed=1), ask(endpoint="f"), ask("Tell you"), ask(temperature=0.5)]
        assert len({base.text} | {faker.answer(other).text for other in others}) == 5

    def test_a_limit_shortens_the_same_text(self, ask):
        whole = Faker().answer(ask())
        cut = Faker().answer(ask(max_new_tokens=5))
        assert whole.text.startswith(cut.text)
        assert tokens.count(cut.text) == 5
        assert (whole.finish_reason, cut.finish_reason) == ("stop", "length")

    @pytest.mark.parametrize("name", ["max_new_tokens", "max_tokens", "max_gen_len", "max_length"])
    def test_knows_each_name_of_the_limit(self, ask, name):
        assert tokens.count(Faker().answer(ask(**{name: 3})).text) == 3

    def test_keeps_the_limit_of_the_shape_when_the_caller_gives_none(self, ask):
        assert tokens.count(Faker().answer(ask(max_tokens=4)).text) == 4

    @pytest.mark.parametrize("stop", ["e", ["e", "zzz"]])
    def test_ends_before_a_stop_sequence(self, ask, stop):
        answer = Faker().answer(ask(stop=stop))
        assert "e" not in answer.text
        assert answer.finish_reason == "stop"

    def test_repeats_the_prompt_when_the_shape_or_the_caller_says_so(self, ask):
        plain = Faker().answer(ask()).text
        assert Faker().answer(ask(full_text=True)).text == "Tell me" + plain
        assert Faker().answer(ask(return_full_text=True)).text == "Tell me" + plain
        assert Faker().answer(ask(full_text=True, return_full_text=False)).text == plain

    def test_speaks_other_languages_and_refuses_unknown_ones(self, ask):
        assert not Faker("ja_JP").answer(ask()).text.isascii()
        with pytest.raises(ValidationError, match="expected a locale"):
            Faker("xx_XX")
