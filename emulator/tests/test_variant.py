import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from azureml_emulator.answers import AnswerSource, Condition, Echo, Fixed
from azureml_emulator.faults import Fault
from azureml_emulator.latency import Constant, Latency, Tokens, Work
from azureml_emulator.variant import Variant, explained, settings_of

FAMILIES = [AnswerSource, Condition, Fault, Latency]


def test_a_member_is_made_from_its_name_from_a_mapping_or_is_taken_as_it_is():
    assert AnswerSource.of("echo") == Echo()
    assert AnswerSource.of({"type": "fixed", "text": "x"}) == Fixed("x")
    assert AnswerSource.of(Fixed("x")) == Fixed("x")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("fakr", "did you mean 'faker'"),
        ({"type": "nope"}, "expected one of echo, faker, file, fixed, json, python"),
        (5, "or a mapping with a 'type'"),
        ({"text": "x"}, "or a mapping with a 'type'"),
        ({"type": "fixed"}, "Field required"),
        ({"type": "fixed", "text": "x", "y": 1}, "Unexpected keyword"),
    ],
)
def test_anything_else_is_refused_with_what_was_expected(given, expected):
    with pytest.raises(ValidationError, match=expected):
        AnswerSource.of(given)


def test_a_class_is_known_by_its_name_in_snake_case_as_soon_as_it_exists():
    class Colour(Variant):
        """A family."""

    @dataclass(frozen=True)
    class LightBlue(Colour):
        """A member."""

    assert Colour.members() == {"light_blue": LightBlue}
    assert Colour.of("light_blue") == LightBlue()


def test_a_name_is_given_once():
    class Taste(Variant):
        """A family."""

    type("Sweet", (Taste,), {"__qualname__": "a.Sweet"})
    with pytest.raises(TypeError, match=r"'sweet' is taken by a\.Sweet"):
        type("Sweet", (Taste,), {"__qualname__": "b.Sweet"})


@pytest.mark.parametrize("family", FAMILIES)
def test_each_member_documents_itself(family):
    for member in family.members().values():
        assert member.__doc__
        assert not member.__doc__.startswith(member.__name__ + "(")


@pytest.mark.parametrize("family", FAMILIES)
def test_the_json_schema_knows_each_member(family):
    described = TypeAdapter(family).json_schema()
    whole = described["$defs"][described["$ref"].rpartition("/")[2]] if "$ref" in described else described
    forms = [described["$defs"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in whole["anyOf"]]
    named = {
        form.get("const") or form["properties"]["type"]["const"]
        for form in forms
        if "type" not in form or "properties" in form
    }
    assert named == set(family.members())


def test_latency_says_when_tokens_are_out():
    assert Constant(250).pace(Work())(1) == Constant(250).pace(Work())(99) == 0.25
    assert [Tokens(100, 20).pace(Work())(token) for token in (0, 1, 2, 11)] == [0.1, 0.1, 0.12, 0.3]


@pytest.mark.parametrize("ms", [-1, float("nan"), float("inf"), "slow"])
def test_a_latency_is_a_length_of_time(ms):
    with pytest.raises(ValidationError):
        Constant(ms)


@pytest.mark.parametrize("family", FAMILIES)
def test_each_member_has_an_example_that_can_be_copied(family, tmp_path, monkeypatch):
    (tmp_path / "answer.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    for name, member in family.members().items():
        assert type(family.of(member.example_setting())) is member, name


@pytest.mark.parametrize("family", FAMILIES)
def test_each_setting_of_each_member_is_explained(family):
    for member in family.members().values():
        rows = explained(member)
        assert [name for name, _, _ in rows] == settings_of(member)
        assert family is not Latency or all(meaning for _, _, meaning in rows), member
