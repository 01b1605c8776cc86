from math import sqrt

import pytest
from pydantic import ValidationError

from azureml_emulator.latency import Constant, Distribution, Mixture, Part


def test_parts_come_in_proportion_to_their_weights(sample):
    parts = [{"latency": 10, "weight": 6}, {"latency": {"type": "uniform", "low_ms": 20, "high_ms": 40}, "weight": 3}]
    drawn = sample({"type": "mixture", "parts": [*parts, {"latency": 99}]})
    many = len(drawn.values)
    assert drawn.has_mean(0.6 * 10 + 0.3 * 30 + 0.1 * 99)
    for share, count in ((0.6, drawn.values.count(10)), (0.1, drawn.values.count(99))):
        assert abs(count / many - share) < 4.5 * sqrt(share * (1 - share) / many)
    assert {10 <= one <= 99 for one in drawn.values} == {True}


def test_mixtures_of_mixtures():
    inner = {"type": "mixture", "parts": [{"latency": 3}]}
    assert Distribution.of({"type": "mixture", "parts": [{"latency": inner}]}) == Mixture(
        (Part(Mixture((Part(Constant(3)),))),)
    )


@pytest.mark.parametrize("unit", [0.0, 1 - 2**-53])
def test_the_ends(unit):
    parts = tuple(Part(Constant(ms), weight) for ms, weight in ((1, 0.1), (2, 0.2), (3, 0.7)))
    assert Mixture(parts).seconds(iter([unit])) == (0.001 if unit == 0 else 0.003)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"latency": 3, "weight": 0}],
        [{"weight": 3}],
        [{"latency": {"type": "tokens", "first_ms": 1, "gap_ms": 1}}],
    ],
)
def test_what_cannot_be_mixed(parts):
    with pytest.raises(
        ValidationError, match=r"parts: expected at least one|greater than 0|Field required|, or one of"
    ):
        Distribution.of({"type": "mixture", "parts": parts})


def test_a_wrong_part_is_all_that_is_told():
    with pytest.raises(ValidationError, match="1 validation error"):
        Distribution.of({"type": "mixture", "parts": [{"latency": 3, "weight": -1}]})
