"""What a timeout may be, and what it means."""

import math
from typing import Any

import pytest

from azureml_endpoint import Timeout


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, Timeout(5, 5, 5)),
        (0.5, Timeout(0.5, 0.5, 0.5)),
        ("7.5", Timeout(7.5, 7.5, 7.5)),
        ((1, 2), Timeout(1, 2)),
        ([1, None], Timeout(1)),
        (Timeout(total=3), Timeout(None, None, 3)),
        ({"read": 2}, Timeout(read=2)),
    ],
)
def test_what_a_value_means(value: Any, expected: Timeout) -> None:
    assert Timeout.of(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        True,
        -1,
        0,
        math.nan,
        math.inf,
        "soon",
        "nan",
        [1],
        (1, 2, 3),
        (1, "2"),
        {"raed": 1},
        {},
        None,
        object(),
        1e10,
        10**400,
        "1e10",
        (1, -(10**400)),
    ],
)
def test_what_is_no_timeout_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="timeout"):
        Timeout.of(value)


def test_a_refusal_never_shows_what_was_passed() -> None:
    for value in ("a-secret", ["a-secret"], ("a-secret", 1), {"read": "a-secret"}):
        with pytest.raises(ValueError, match="timeout") as caught:
            Timeout.of(value)
        assert "a-secret" not in str(caught.value)


def test_a_stream_is_bounded_as_a_whole_only_on_request() -> None:
    assert Timeout.of_stream(5) == Timeout(5, 5, None)
    assert Timeout.of_stream((1, 2)) == Timeout(1, 2, None)
    assert Timeout.of_stream(Timeout(1, 2, 3)) == Timeout(1, 2, 3)
    assert Timeout.of_stream({"total": 3}) == Timeout(total=3)


def test_the_moment_it_is_over() -> None:
    assert Timeout(total=3).until(10) == 13
    assert Timeout(1, 2).until(10) == math.inf
