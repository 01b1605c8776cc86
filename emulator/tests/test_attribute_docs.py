"""What is said of a setting below it is what editors show of it."""

from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from azureml_emulator.attribute_docs import Described, docstrings


@dataclass(frozen=True)
class Pace:
    """How fast."""

    first: float = 0.0
    """Until the first token,
    in milliseconds."""
    gap: float = 0.0

    """Between tokens."""
    rest: Annotated[float, Field(description="said elsewhere")] = 0.0
    """Not said here."""
    plain: float = 0.0
    unsaid = 1
    """Of no setting."""


@dataclass(frozen=True)
class Slower(Pace):
    """Slower still."""

    gap: float = 1.0
    """Between slow tokens."""
    inner: Pace = Pace()


def described(kind):
    form = TypeAdapter(kind).json_schema(schema_generator=Described)
    return {name: one.get("description") for name, one in form["properties"].items()}


def test_fields_are_described_by_what_stands_below_them():
    assert described(Pace) == {
        "first": "Until the first token,\nin milliseconds.",
        "gap": "Between tokens.",
        "rest": "said elsewhere",
        "plain": None,
    }


def test_what_a_class_says_goes_before_what_its_bases_say():
    assert described(Slower)["first"] == described(Pace)["first"]
    assert described(Slower)["gap"] == "Between slow tokens."


def test_those_within_are_described_too():
    form = TypeAdapter(Slower).json_schema(schema_generator=Described)
    assert form["$defs"]["Pace"]["properties"]["gap"]["description"] == "Between tokens."


def test_a_class_within_another_or_a_function_is_found():
    class Here:
        class Inner:
            name: str
            """What it is called."""

    assert docstrings(Here.Inner) == {"name": "What it is called."}


@pytest.mark.parametrize("kind", [int, type("Made", (), {})])
def test_a_class_without_source_says_nothing(kind):
    assert docstrings(kind) == {}
