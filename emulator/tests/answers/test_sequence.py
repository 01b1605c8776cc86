import pytest

from azureml_emulator.answers import AnswerSource, Sequence
from azureml_emulator.faults import Status
from azureml_emulator.memo import Turns


def told(source, ask, times=5):
    decisions = [source.decide(ask()) for _ in range(times)]
    return [one.faults[0].status if one.faults else one.answer.text for one in decisions]


def sequence(*parts, **settings):
    return AnswerSource.of({"sequence": list(parts), **settings})


def test_first_this_then_that_then_it_stays(ask):
    assert told(sequence({"status": 429}, {"fixed": "a"}, {"fixed": "b"}), ask) == [429, "a", "b", "b", "b"]


def test_or_begins_anew(ask):
    assert told(sequence({"fixed": "a"}, {"fixed": "b"}, loop=True), ask) == ["a", "b", "a", "b", "a"]


def test_sequences_count_for_themselves(ask):
    one, other = sequence({"fixed": "a"}, {"fixed": "b"}), sequence({"fixed": "a"}, {"fixed": "b"})
    assert (told(one, ask, 2), told(other, ask, 1)) == (["a", "b"], ["a"])


def test_a_request_takes_one_turn_however_many_prompts_it_has(ask):
    source = sequence({"fixed": "a"}, {"fixed": "b"})
    turns = Turns(ask.counts)
    assert [source.answer(ask(turns=turns)).text for _ in range(3)] == ["a", "a", "a"]
    assert source.answer(ask()).text == "b"


def test_a_fault_strikes_the_answer_that_follows_and_leaves_it_to_the_next_call(ask):
    inner = {"sequence": [{"fixed": "a"}, {"fixed": "b"}]}
    source = sequence("truncated", {"status": 503}, inner)
    struck = [source.decide(ask()) for _ in range(2)]
    assert [one.answer.text for one in struck] == ["a", "a"]
    assert [one.faults[0].kind for one in struck] == ["truncated", "status"]
    assert told(source, ask, 3) == ["a", "b", "b"]


def test_a_fault_at_the_end_strikes_the_echo(ask):
    decision = sequence({"fixed": "a"}, "truncated", loop=True)
    decision.decide(ask())
    assert decision.decide(ask("hello")).answer.text == "hello"


def test_without_turns_each_is_the_first(ask):
    asked = ask()
    alone = asked._replace(occasion=asked.occasion._replace(turns=None))
    source = sequence({"fixed": "a"}, {"fixed": "b"})
    assert [source.answer(alone).text for _ in range(2)] == ["a", "a"]


def test_parts_may_be_given_as_they_are(ask):
    source = Sequence(parts=(Status(429), AnswerSource.of({"fixed": "a"})))
    assert told(source, ask, 2) == [429, "a"]


@pytest.mark.parametrize("parts", [[], [{"fixd": "a"}], [5]])
def test_it_needs_parts(parts):
    with pytest.raises(ValueError, match="expected"):
        Sequence(parts=parts)
