"""Each condition as a value: when it holds, and in which words it says that it does not."""

from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from azureml_emulator.answers import Condition

CHAT = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]

CASES = {
    "prompt": [
        ("hello", {"text": "hello"}, {"text": "hello!"}, "prompt: expected 'hello', got 'hello!'"),
        ({"contains": "ell"}, {"text": "hello"}, {"text": "holla"}, "prompt: expected 'ell' in it, got 'holla'"),
        ({"contains": ["a", "b"]}, {"text": "b a"}, {"text": "a"}, "prompt: expected 'b' in it, got 'a'"),
        ({"contains": "ELL", "ignore_case": True}, {"text": "hEllo"}, {"text": "x"}, "prompt: expected 'ELL' in it"),
        ({"equals": "É", "ignore_case": True}, {"text": "é"}, {"text": "e"}, "prompt: expected 'É', got 'e'"),
        ({"regex": r"\d{3}$"}, {"text": "a 123"}, {"text": "123 a"}, "to be found, got '123 a'"),
        ({"regex": "^h.*O$", "ignore_case": True}, {"text": "Hello"}, {"text": "a"}, "to be found"),
        ({"regex": "a.c"}, {"text": "a\ud83dc"}, {"text": "ac"}, "to be found"),
        ({"contains": "a", "regex": "^b"}, {"text": "ba"}, {"text": "ab"}, "'^b' to be found, got 'ab'"),
    ],
    "system": [
        ({"contains": "brief"}, {"messages": CHAT}, {}, "system: expected 'brief' in it, got ''"),
        ("", {}, {"messages": CHAT}, "system: expected '', got 'Be brief.'"),
    ],
    "schema": [
        ("chat", {"schema": "chat"}, {"schema": "gpt2"}, "schema: expected chat, got gpt2"),
        (["chat", "gpt2"], {"schema": "gpt2"}, {"schema": "x"}, "schema: expected chat or gpt2, got x"),
    ],
    "role": [
        ("user", {"messages": CHAT}, {}, "role: expected user, got none"),
        (["tool", "user"], {"messages": CHAT}, {"messages": CHAT[:1]}, "role: expected tool or user, got system"),
    ],
    "parameters": [
        ({"a": 1}, {"a": 1.0, "b": 2}, {"a": True}, "parameter a: expected 1, got True"),
        ({"a": True}, {"a": True}, {"a": 1}, "parameter a: expected True, got 1"),
        ({"a": None}, {}, {"a": "x"}, "parameter a: expected None, got 'x'"),
        ({"a": "x", "b": 2}, {"a": "x", "b": 2}, {}, "parameter a: expected 'x', got none; b: expected 2, got none"),
        ({"a": {"b": [1]}}, {"a": {"b": [1.0], "c": 2}}, {"a": {"b": [1, 2]}}, "parameter a: expected {'b': [1]}"),
        ({"a": {"b": 1}}, {"a": {"b": 1}}, {"a": 5}, "got 5"),
    ],
    "header": [
        (
            {"X-Team": "otter"},
            {"headers": {"x-team": "otter"}},
            {"headers": {"x-team": "o"}},
            "expected 'otter', got",
        ),
        ({"x": {"contains": "a"}}, {"headers": {"x": "ba"}}, {}, "header x: it was not sent"),
        ({"x": None}, {}, {"headers": {"x": "1"}}, "header x: it was sent"),
        ({"API-Key": "s1"}, {"headers": {"api-key": "s1"}}, {"headers": {"api-key": "s2"}}, "it says something else"),
    ],
    "call": [
        (2, {"number": 2}, {"number": 1}, "call: expected 2, got 1"),
        ([1, 3], {"number": 3}, {"number": 2}, "call: expected 1 or 3, got 2"),
        ({"every": 3}, {"number": 6}, {"number": 7}, "call: expected every 3., got 7"),
        ({"after": 2, "up_to": 4}, {"number": 4}, {"number": 2}, "call: expected after 2, up to 4, got 2"),
        (1, {"number": 1}, {}, "call: expected 1, got none"),
    ],
    "arrival": [
        (1, {"arrival": 1}, {"arrival": 2}, "arrival: expected 1, got 2"),
        ({"after": 1}, {"arrival": 2}, {"arrival": 1}, "arrival: expected after 1, got 1"),
    ],
    "any": [
        ([{"prompt": "a"}, {"parameters": {"b": 1}}], {"text": "c", "b": 1}, {"text": "c"}, "expected"),
        ([{"call": 1}, {"prompt": "a"}], {"number": 1}, {"number": 2, "text": "a!"}, "call: expected 1, got 2"),
    ],
    "not": [
        ({"prompt": "a"}, {"text": "b"}, {"text": "a"}, "not: prompt should not hold"),
        ({"call": 1}, {"number": 2}, {"number": 1}, "not: call should not hold"),
    ],
}


def test_each_condition_has_cases():
    assert set(CASES) == set(Condition.members())


@pytest.mark.parametrize(
    ("kind", "written", "right", "wrong", "words"),
    [(kind, *case) for kind, cases in CASES.items() for case in cases],
    ids=str,
)
def test_it_holds_or_says_what_differed(ask, kind, written, right, wrong, words):
    condition = Condition.of({kind: written})
    assert condition.kind == kind
    assert condition.holds(_asked(ask, right), right.get("number"))
    assert not condition.holds(_asked(ask, wrong), wrong.get("number"))
    miss = condition.miss(_asked(ask, wrong), wrong.get("number"))
    assert words in miss.words
    assert 0 < miss.far <= 1
    assert "s1" not in miss.words
    assert "s2" not in miss.words


def _asked(ask, settings):
    return ask(**{name: value for name, value in settings.items() if name != "number"})


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        ("prompt", {}, "expected one of equals, contains, regex"),
        ("prompt", {"regex": "(?<=a)b"}, "look-around"),
        ("prompt", {"regex": "("}, "linear-time kind"),
        ("prompt", {"regex": "(?i"}, "linear-time kind"),
        ("prompt", {"regex": "(a{1000}){1000}"}, "linear-time kind"),
        ("schema", "gtp2", "did you mean 'gpt2'"),
        ("call", 0, "greater than or equal to 1"),
        ("call", True, "expected a number"),
        ("call", {}, "expected one of numbers, every"),
        ("header", {"x": 5}, "put it in quotes"),
        ("any", [], "expected at least one"),
        ("not", {"promt": "a"}, "did you mean 'prompt'"),
        ("prompt", {"containz": "a"}, "containz"),
    ],
)
def test_what_cannot_be_meant_is_refused(kind, written, expected):
    with pytest.raises(ValidationError) as error:
        Condition.of({kind: written})
    assert expected in str(error.value)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_no_prompt_makes_a_pattern_take_ages(ask, pattern):
    condition = Condition.of({"prompt": {"regex": pattern}})
    start = process_time()
    assert not condition.holds(ask("a" * 200_000 + "!"))
    assert process_time() - start < 5


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.text(), st.text(), st.sampled_from(["equals", "contains"]), st.booleans())
def test_texts_are_compared_as_python_does(ask, wanted, got, how, ignore_case):
    condition = Condition.of({"prompt": {how: wanted, "ignore_case": ignore_case}})
    one, other = (wanted.casefold(), got.casefold()) if ignore_case else (wanted, got)
    assert condition.holds(ask(got)) == (one == other if how == "equals" else one in other)
    assert condition.holds(ask(wanted))


def test_the_nearer_text_is_less_far(ask):
    condition = Condition.of({"prompt": {"contains": "weather"}})
    near, far = (condition.miss(ask(text)).far for text in ("the wether today", "lorem ipsum"))
    assert near < far
