"""Places in a JSON value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azureml_emulator.places import Place, all_places, parse, place_of, shown, value_at, with_value, without

DOCUMENT: Any = {"a": [{"0": "x"}, 1], "b c": {"d": None}}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("$", ()),
        ("$.a", ("a",)),
        ("$.a[0]", ("a", 0)),
        ("$[0]", (0,)),
        ('$[0]["0"]', (0, "0")),
        ("$[0]['0']", (0, "0")),
        ('$["b c"].d', ("b c", "d")),
        (" $.a ", ("a",)),
        ('$["\\""]', ('"',)),
        ("$[10][0]", (10, 0)),
        ("$['']", ("",)),
    ],
)
def test_a_place_is_read(text: str, place: Place) -> None:
    assert parse(text) == place


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"expected a place such as \$.inputs\[0\], not ''"),
        ("inputs[0]", "expected a place such as"),
        ("$.", "after '\\$', found '.'"),
        ("$a", "after '\\$', found 'a'"),
        ("$.a[x]", "after '\\$.a', found '\\[x\\]'"),
        ("$.a[-1]", "after '\\$.a', found"),
    ],
)
def test_what_is_no_place_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse(text)


@pytest.mark.parametrize(
    ("place", "value"), [((), DOCUMENT), (("a", 0, "0"), "x"), (("a", 1), 1), (("b c", "d"), None)]
)
def test_a_value_is_found(place: Place, value: Any) -> None:
    assert value_at(DOCUMENT, place) == value


@pytest.mark.parametrize(
    ("place", "missing"),
    [
        (("c",), "there is no $.c"),
        (("a", 2), "there is no $.a[2]"),
        (("a", 3), "there is no $.a[3]"),
        (("a", -1), "there is no $.a[-1]"),
        (("a", "0"), 'there is no $.a["0"]'),
        ((0,), "there is no $[0]"),
        (("a", 1, "x", "y"), "there is no $.a[1].x"),
        (("b c", "d", "e"), 'there is no $["b c"].d.e'),
    ],
)
def test_what_is_missing_is_named_where_the_way_ends(place: Place, missing: str) -> None:
    with pytest.raises(LookupError) as raised:
        value_at(DOCUMENT, place)
    assert str(raised.value) == missing


def test_every_place_is_given_from_the_outside_in() -> None:
    assert list(map(shown, all_places(DOCUMENT))) == [
        "$",
        "$.a",
        "$.a[0]",
        '$.a[0]["0"]',
        "$.a[1]",
        '$["b c"]',
        '$["b c"].d',
    ]


@pytest.mark.parametrize("place", list(all_places(DOCUMENT)), ids=shown)
def test_a_copy_differs_at_one_place(place: Place) -> None:
    before = repr(DOCUMENT)
    assert value_at(with_value(DOCUMENT, place, "new"), place) == "new"
    assert with_value(DOCUMENT, place, value_at(DOCUMENT, place)) == DOCUMENT
    others = [one for one in all_places(DOCUMENT) if one[: len(place)] != place and place[: len(one)] != one]
    for one in others:
        assert value_at(with_value(DOCUMENT, place, "new"), one) == value_at(DOCUMENT, one)
    assert repr(DOCUMENT) == before


@pytest.mark.parametrize("place", list(all_places(DOCUMENT))[1:], ids=shown)
def test_a_copy_lacks_one_place(place: Place) -> None:
    before = repr(DOCUMENT)
    left = without(DOCUMENT, place)
    assert len(value_at(left, place[:-1])) == len(value_at(DOCUMENT, place[:-1])) - 1
    assert repr(DOCUMENT) == before


@pytest.mark.parametrize(
    ("place", "left"),
    [
        (("a",), {"b c": {"d": None}}),
        (("a", 0), {"a": [1], "b c": {"d": None}}),
        (("a", 1), {"a": [{"0": "x"}], "b c": {"d": None}}),
        (("b c", "d"), {"a": [{"0": "x"}, 1], "b c": {}}),
    ],
)
def test_what_is_left_is_what_was(place: Place, left: Any) -> None:
    assert without(DOCUMENT, place) == left


def test_the_first_place_of_a_value() -> None:
    assert place_of("x", {"a": [1, "x"], "b": "x"}) == ("a", 1)


def test_a_value_that_stands_nowhere() -> None:
    with pytest.raises(LookupError, match="'y' stands nowhere in it"):
        place_of("y", DOCUMENT)


@given(st.lists(st.text() | st.integers(0, 99)).map(tuple))
def test_a_place_that_is_shown_can_be_read(place: Place) -> None:
    assert parse(shown(place)) == place
