"""Rules as values: which one is taken, and what is said when none is."""

from time import process_time

import pytest

from azureml_emulator.answers import UNSAID, AnswerSource, Condition, Decision, Fixed, Rule, Rules
from azureml_emulator.errors import NoRuleMatched
from azureml_emulator.latency import Constant
from azureml_emulator.schema import Answer


def rules(*given, **settings):
    return AnswerSource.of({"rules": list(given), **settings})


def when(**conditions):
    return {"when": conditions}


WEATHER = {"contains": "weather"}


def test_the_first_rule_that_is_for_a_call_answers(ask):
    source = rules(
        {**when(prompt=WEATHER, parameters={"a": 1}), "answer": {"fixed": "both"}},
        {**when(prompt=WEATHER), "answer": {"fixed": "one"}, "name": "weather"},
        {"answer": {"json": [1]}},
    )
    assert source.decide(ask("weather", a=1)) == Decision(Answer("both"), rule="1")
    assert source.decide(ask("weather")) == Decision(Answer("one"), rule="weather")
    assert source.decide(ask("hello")).body == [1]


def test_a_rule_brings_faults_and_a_latency_with_it(ask):
    source = rules({"faults": ["truncated"], "latency": 250, "answer": {"sequence": [{"status": 429}]}})
    decision = source.decide(ask("hello"))
    assert [one.kind for one in decision.faults] == ["truncated", "status"]
    assert (decision.latency, decision.body, decision.answer.text) == (Constant(250), UNSAID, "hello")


def test_where_nothing_else_is_said_it_is_the_echo_or_what_otherwise_says(ask):
    assert rules(when(prompt="a")).decide(ask("a")).answer.text == "a"
    assert rules(when(prompt="a"), otherwise={"fixed": "b"}).decide(ask("a")).answer.text == "b"
    assert rules(when(prompt="a"), otherwise={"fixed": "b"}).decide(ask("c")).answer.text == "b"


def test_a_rule_counts_the_calls_for_which_all_else_of_it_holds(ask):
    source = rules(
        {**when(prompt=WEATHER, call=2), "answer": {"fixed": "second"}},
        {**when(prompt=WEATHER, call=2), "answer": {"fixed": "second of the others"}},
    )
    texts = ["weather", "hello", "weather 2", "weather 3", "weather 4"]
    assert [source.decide(ask(text)).answer.text for text in texts] == [
        "weather", "hello", "second", "second of the others", "weather 4",
    ]  # fmt: skip


def test_several_prompts_of_a_request_count_once(ask):
    source = rules({**when(call=1), "answer": {"fixed": "first"}})
    first = ask()
    assert [source.decide(one).answer.text for one in (first, first, ask("x"))] == ["first", "first", "x"]


class TestUnmatched:
    def test_it_says_which_rule_was_nearest_and_what_differed(self, ask):
        source = rules(
            {**when(schema="chat", prompt="x"), "name": "chat"},
            {**when(prompt={"contains": "wether"}, header={"x-team": "otter"}), "name": "weather"},
        )
        decision = source.decide(ask("the weather today", headers={"x-team": "otter", "authorization": "secret"}))
        assert decision.unmatched() == (
            "no rule matched; nearest is rule 2 ('weather'): prompt: expected 'wether' in it, got 'the weather today'"
        )
        assert "secret" not in repr(decision)

    def test_the_number_of_a_call_is_told_only_where_all_else_holds(self, ask):
        source = rules(when(prompt="a", call=1))
        assert "call" not in source.decide(ask("b")).unmatched()
        assert source.decide(ask("a")).rule == "1"
        assert source.decide(ask("a")).unmatched() == "no rule matched; nearest is rule 1: call: expected 1, got 2"

    def test_to_ask_why_changes_nothing(self, ask):
        source = rules(when(prompt="a", call=2))
        for _ in range(3):
            source.decide(ask("b")).unmatched()
        assert [source.decide(ask("a")).rule for _ in range(3)] == ["", "1", ""]

    def test_a_key_is_not_even_kept(self, ask):
        source = rules(when(header={"authorization": "Bearer other"}))
        decision = source.decide(ask(headers={"authorization": "Bearer secret"}))
        assert (
            decision.unmatched() == "no rule matched; nearest is rule 1: header authorization: it says something else"
        )
        assert "secret" not in repr(decision)

    def test_strict_refuses_in_the_same_words(self, ask):
        with pytest.raises(NoRuleMatched, match="azureml-emulator: no rule matched; nearest is rule 1: prompt"):
            rules(when(prompt="a"), strict=True).decide(ask("b"))

    def test_rules_within_rules_are_both_told(self, ask):
        inner = {"rules": [{"name": "inner", **when(prompt="a")}]}
        source = rules({"name": "outer", "answer": inner})
        assert source.decide(ask("a")).rule == "outer / inner"
        missed = source.decide(ask("b"))
        assert (missed.rule, missed.unmatched()[:40]) == ("outer", "no rule matched; nearest is rule 1 ('inn")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"rules": [when(prompt="a"), when(prompt="b"), when(prompt="a")]}, "rule 3 is never reached: rule 1 takes"),
        ({"rules": [{"name": "all"}, when(prompt="a")]}, r"rule 2 is never reached: rule 1 \('all'\) takes"),
        ({"rules": [{}], "strict": True, "otherwise": "echo"}, "no otherwise"),
        ({"rules": []}, "expected at least one"),
        ({"rules": [{"whn": {}}]}, "whn"),
    ],
)
def test_what_cannot_be_meant_is_refused(given, expected):
    with pytest.raises(ValueError, match=expected):
        AnswerSource.of(given)


def test_in_python_they_are_made_of_objects(ask):
    weather = Condition.of({"prompt": WEATHER})
    source = Rules((Rule({"prompt": weather, "call": 1}, Fixed("a")),), otherwise=Fixed("b"))
    assert [source.decide(ask("weather")).answer.text for _ in range(2)] == ["a", "b"]


@pytest.mark.parametrize("condition", [{"prompt": WEATHER}, {"prompt": {"regex": "^w.*r$"}}, {"header": {"x": "y"}}])
def test_a_hundred_rules_are_quick(ask, condition):
    many = [when(**condition, parameters={"number": number}) for number in range(100)]
    source, asked = rules(*many), ask("weather", headers={"x": "y"})
    start = process_time()
    for _ in range(100):
        source.decide(asked)
    assert (process_time() - start) / 100 < 0.002  # some 60 us on a quiet machine
