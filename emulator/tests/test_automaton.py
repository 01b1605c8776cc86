"""The matcher that no pattern can make slow, against Python's own; and what else of a JSON Schema could be slow."""

import re
import time
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from azureml_emulator.draw import Draw
from azureml_emulator.json_sample import sample
from azureml_emulator.json_sample.automaton import Automaton
from azureml_emulator.json_sample.rules import Schemas

ATOMS = st.sampled_from(
    [*"ab1 _-", ".", "[ab]", "[^a]", "[a-c1]", r"\d", r"\w", r"\s", r"\D", r"[^\W1]", r"\b", r"\B", "^", "$"]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=3).map("".join)
        | st.lists(inner, max_size=3).map(lambda some: f"({'|'.join(some)})")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "{0}"])).map(
            lambda one: f"(?:{one[0]}){one[1]}"
        )
    ),
    max_leaves=6,
)


@given(PATTERNS, st.text("ab1 _-\né", min_size=1, max_size=6))
@example("a$", "a\n")
@example(r"^(?:a*)*$", "aab")
def test_it_finds_what_re_finds(pattern, text):
    assert Automaton(pattern).search(text) == (re.search(pattern, text) is not None)


@pytest.mark.parametrize(
    "pattern", ["^(a+)+$", "^(a|a)*$", "a*a*a*a*a*a*a*b", "^(a?){60}a{60}$", "(.*)*=", "^(a|aa)+$"]
)
def test_no_pattern_takes_ages(pattern):
    start = time.process_time()
    assert not Automaton(pattern).search("a" * 59 + "!")
    assert time.process_time() - start < 2


@pytest.mark.parametrize("pattern", ["(", "(?=a)b", r"(a)\1", "(?i)a", "(?i:a)", "((a{1000}){1000}){1000}", "(?>a)"])
def test_what_it_does_not_know_it_refuses(pattern):
    with pytest.raises(re.error):
        Automaton(pattern)


def test_an_odd_pattern_is_no_warning():
    assert Automaton("[[a]").search("[")


@pytest.mark.slow
def test_a_long_text_ends_too():
    with pytest.raises(re.error, match="too long"):
        Automaton("(.*a){200}b").search("a" * 10_000)


def a(rules):
    return {"type": "object", "properties": {"a": rules}, "required": ["a"]}


LONG = "a" * 40 + "!"
COSTLY = {
    "a pattern and an enum": a({"enum": [LONG], "pattern": "^(a+)+$"}),
    "a pattern and a default": a({"type": "string", "default": LONG, "pattern": "^(a+)+$"}),
    "a pattern of names": {"type": "object", "propertyNames": {"pattern": "^(a+)+$"}, "required": [LONG]},
    "names by pattern": {"type": "object", "patternProperties": {"^(a+)+$": False}, "required": [LONG]},
    "a reference to itself": {"$ref": "#", "properties": {"a": {"properties": {"a": {"$ref": "#"}}}}},
    "choices of itself": {"anyOf": [{"$ref": "#"}] * 10},
    "all of itself": {"allOf": [{"$ref": "#"}] * 10},
    "one type often": {"type": ["object"] * 100, "properties": {"a": {"$ref": "#", "items": {}}}, "required": ["a"]},
    "ways down without end": a({"$ref": "#", "if": {}}),
    "a long list": a({"type": "array", "minItems": 10**9}),
    "a long enum": a({"enum": list(range(9000))}),
    "a far infinity": a({"type": "integer", "maximum": float("-inf")}),
    "a fine step": a({"type": "number", "multipleOf": 5e-324}),
    "a large step": a({"type": "integer", "multipleOf": 10**400, "minimum": 10**4000}),
    "no names": a({"type": "object", "required": [["a"]]}),
    "a number for a pattern": a({"type": "number", "pattern": "a"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("schema", [pytest.param(one, id=name) for name, one in COSTLY.items()])
def test_no_json_schema_takes_ages(schema):
    start = time.process_time()
    with suppress(ValueError):
        assert Schemas(schema).fits(schema, sample(schema, Draw.of(b"x"), ["1 2.5", LONG]))
    assert time.process_time() - start < 5
