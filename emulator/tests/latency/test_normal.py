from math import exp, log, sqrt
from statistics import NormalDist

import pytest
from pydantic import ValidationError

from azureml_emulator.latency import Lognormal, Normal


def test_normal(sample):
    drawn = sample({"type": "normal", "mean_ms": 200, "sd_ms": 30})
    assert drawn.has_mean(200)
    assert abs(drawn.deviation / 30 - 1) < 0.03
    assert drawn.follows(NormalDist(200, 30).cdf, (130, 170, 200, 230, 270))


def test_what_would_be_below_zero_is_zero(sample):
    drawn, bell = sample({"type": "normal", "mean_ms": 100, "sd_ms": 100}), NormalDist()
    assert min(drawn.values) == 0.0
    assert abs(drawn.values.count(0.0) / len(drawn.values) - bell.cdf(-1)) < 0.01
    assert drawn.has_mean(100 * bell.cdf(1) + 100 * bell.pdf(1))
    assert Normal(5, 0).seconds(iter([0.9])) == 0.005


def test_lognormal(sample):
    drawn = sample({"type": "lognormal", "median_ms": 200, "p99_ms": 900})
    sigma = log(900 / 200) / NormalDist().inv_cdf(0.99)
    assert drawn.has_mean(200 * exp(sigma * sigma / 2))
    assert abs(drawn.share_below(200) - 0.5) < 4.5 * sqrt(0.25 / len(drawn.values))
    assert abs(drawn.share_below(900) - 0.99) < 4.5 * sqrt(0.0099 / len(drawn.values))


def test_lognormal_at_its_two_points():
    model = Lognormal(200, 900)
    assert model.seconds(iter([0.5])) == pytest.approx(0.2, rel=1e-15)
    assert model.seconds(iter([0.99])) == pytest.approx(0.9, rel=1e-15)
    assert Lognormal(7, 7).seconds(iter([0.3])) == 0.007
    assert 0 < Lognormal(1, 1e6).seconds(iter([0.0])) < Lognormal(1e3, 1e9).seconds(iter([1 - 2**-53])) < 1e30


@pytest.mark.parametrize(("median", "p99"), [(200, 199), (1, 1e6 + 1), (0, 1), (1e-320, 1)])
def test_lognormal_needs_a_p99_above_its_median(median, p99):
    with pytest.raises(ValidationError, match=r"p99_ms: expected median_ms, which is|greater than 0"):
        Lognormal(median, p99)
