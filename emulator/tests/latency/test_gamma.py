from math import erf, exp, factorial, sqrt

import pytest
from pydantic import ValidationError

from azureml_emulator.latency import Gamma


def erlang(shape, scale):
    """The cumulative distribution function for a whole shape."""
    return lambda ms: 1 - exp(-ms / scale) * sum((ms / scale) ** power / factorial(power) for power in range(shape))


@pytest.mark.parametrize("shape", [1, 2, 4, 30])
def test_whole_shapes(sample, shape):
    drawn = sample({"type": "gamma", "mean_ms": 200, "shape": shape})
    assert drawn.has_mean(200)
    assert abs(drawn.deviation * sqrt(shape) / 200 - 1) < 0.03
    assert drawn.follows(erlang(shape, 200 / shape), (20, 100, 150, 200, 300, 600))


def test_half_a_degree_of_freedom(sample):
    """With a shape of 1/2 it is the square of a normal variable."""
    drawn = sample({"type": "gamma", "mean_ms": 200, "shape": 0.5})
    assert drawn.has_mean(200)
    assert drawn.follows(lambda ms: erf(sqrt(ms / 400)), (0.01, 1, 20, 200, 1000))


def test_a_standard_deviation_is_another_way_to_say_it():
    units = [0.31, 0.62, 0.11, 0.93]
    assert Gamma(200, sd_ms=100).seconds(iter(units)) == Gamma(200, shape=4).seconds(iter(units))


@pytest.mark.parametrize("shape", [0.001, 1e6])
def test_the_ends_of_what_is_possible(sample, shape):
    values = sample({"type": "gamma", "mean_ms": 1e9, "shape": shape}, 500).values
    assert all(0 <= one < 1e15 for one in values)


@pytest.mark.parametrize("given", [{}, {"shape": 1, "sd_ms": 1}, {"shape": 0}, {"sd_ms": 0}, {"sd_ms": 1e5}])
def test_it_needs_one_of_them(given):
    with pytest.raises(ValidationError, match=r"either shape or sd_ms|greater than|sd_ms: expected a thousandth"):
        Gamma(200, **given)
