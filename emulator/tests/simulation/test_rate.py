"""Rates are read as people write them."""

import pytest

from azureml_emulator.simulation.rate import both_per_second, per_second


@pytest.mark.parametrize(
    ("written", "rate"),
    [("200/s", 200), ("200", 200), (200, 200), ("3000/min", 50), ("3000/m", 50), ("1800 / h", 0.5), ("1e2/S", 100)],
)
def test_a_rate_is_per_second_minute_or_hour(written, rate):
    assert per_second(written) == rate


@pytest.mark.parametrize("wrong", ["", "0/s", "-1/s", "x", "5/y", "1..2", "1.2.3/s", "inf", "nan/s", None])
def test_what_is_no_rate_is_refused_with_examples(wrong):
    with pytest.raises(ValueError, match=r"expected a rate above 0, such as 200/s, 3000/min or 50/h"):
        per_second(wrong)


@pytest.mark.parametrize("written", ["60..600/min", "60/min..600/min", "1/s..10/s", "1..10"])
def test_two_rates_share_a_unit_or_have_their_own(written):
    assert both_per_second(written) == (1, 10)


def test_one_rate_is_not_two():
    with pytest.raises(ValueError, match=r"expected two rates, such as 10\.\.200/s"):
        both_per_second("10/s")
