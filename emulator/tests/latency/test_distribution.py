from itertools import repeat
from math import exp

import pytest
from pydantic import ValidationError

from azureml_emulator.draw import Draw
from azureml_emulator.latency import Constant, Distribution, Exponential, Latency, Uniform, Work

EXAMPLES = [
    pytest.param(Distribution.of(one.example_setting()), id=name) for name, one in Distribution.members().items()
]


def test_a_number_is_short_for_a_constant():
    assert Latency.of(250) == Latency.of("250") == Distribution.of(250.0) == Constant(250)
    assert Latency.of("0.5") == Constant(0.5)
    assert Constant(0.75).seconds(iter(())) == 0.00075


@pytest.mark.parametrize("setting", [True, "soon", -1, "-1", {"ms": 5}, {"type": "constant", "ms": True}, 1e10])
def test_what_is_no_length_of_time(setting):
    with pytest.raises(ValidationError, match=r"expected|should be"):
        Latency.of(setting)


def test_uniform(sample):
    drawn = sample({"type": "uniform", "low_ms": 100, "high_ms": 400})
    assert drawn.has_mean(250)
    assert drawn.follows(lambda ms: (ms - 100) / 300, (100, 130, 250, 399, 400))
    assert 100 <= min(drawn.values) < max(drawn.values) < 400
    assert Uniform(5, 5).seconds(iter([0.3])) == 0.005


def test_uniform_needs_its_ends_in_order():
    with pytest.raises(ValidationError, match="high_ms: expected at least low_ms, which is 5, not 4"):
        Uniform(5, 4)


def test_exponential(sample):
    drawn = sample({"type": "exponential", "mean_ms": 200})
    assert drawn.has_mean(200)
    assert abs(drawn.deviation / 200 - 1) < 0.03
    assert drawn.follows(lambda ms: 1 - exp(-ms / 200), (1, 20, 138.6, 200, 921))
    assert Exponential(200).seconds(iter([0.0])) == 0.0


@pytest.mark.parametrize("distribution", EXAMPLES)
def test_each_takes_any_number_from_zero_to_one(distribution):
    """The first of them is the number in question, the others are even."""
    for unit in (0.0, 5e-324, 0.5, 1 - 2**-53):
        rest = Draw.of(b"rest").units(b"")
        seconds = distribution.seconds(iter([unit, *(next(rest) for _ in range(20))]))
        assert 0 <= seconds < 1e6


@pytest.mark.parametrize("distribution", EXAMPLES)
def test_the_whole_answer_takes_one_of_them(distribution):
    draw = Draw.of(b"request")
    pace = distribution.pace(Work(prompt_tokens=7, draw=draw))
    assert pace(0) == pace(1) == pace(5000) == distribution.seconds(draw.units(b"latency"))


@pytest.mark.parametrize("distribution", EXAMPLES)
def test_nothing_is_rounded_to_milliseconds(distribution):
    if isinstance(distribution, Constant):
        distribution = Constant(0.0625)
    drawn = [distribution.pace(Work(draw=Draw.of(b"%d" % number)))(1) * 1000 for number in range(50)]
    assert any(ms % 1 for ms in drawn)


def test_a_constant_draws_nothing():
    units = repeat(0.5, 1)
    assert Constant(5).seconds(units) == 0.005
    assert next(units) == 0.5
