"""Log probabilities are such: never above 0, falling, and of tokens that are all different."""

from math import exp

import pytest

from azureml_emulator.draw import Draw
from azureml_emulator.serverless.logprobs import of_text, of_tokens, parts

TEXT = "the river the sea"


def test_none_where_none_are_asked_for():
    assert of_tokens(TEXT, {}, Draw.of()) is None
    assert of_tokens(TEXT, {"logprobs": False}, Draw.of()) is None
    assert of_text(TEXT, {}, Draw.of()) is None


@pytest.mark.parametrize("wanted", [0, 1, 5, 20])
def test_alternatives_fall_and_share_a_whole(wanted):
    for one in of_tokens(TEXT, {"logprobs": True, "top_logprobs": wanted}, Draw.of()):
        chances = [exp(other["logprob"]) for other in one["top_logprobs"]]
        assert len({other["token"] for other in one["top_logprobs"]}) == wanted
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) <= 1.0001
        assert one["logprob"] <= 0


def test_half_a_surrogate_pair_has_bytes():
    (one,) = of_tokens("\ud83d", {"logprobs": True}, Draw.of())
    assert one["bytes"]


def test_parts_of_a_completions_make_the_whole():
    whole = of_text(TEXT, {"logprobs": 2}, Draw.of())
    cut = parts(whole)
    assert {name: [value for one in cut for value in one[name]] for name in whole} == whole
    assert of_text(TEXT, {"logprobs": 0}, Draw.of())["top_logprobs"] is None
