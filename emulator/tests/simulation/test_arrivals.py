"""Each kind of traffic has the rate and the spread that it says, the same each time."""

from itertools import islice, pairwise, takewhile
from statistics import fmean, pstdev

import pytest

from azureml_emulator.draw import Draw
from azureml_emulator.errors import ConfigError
from azureml_emulator.simulation import Arrivals

DRAWN = [kind for kind in Arrivals.members() if kind != "trace"]


def instants(written, seconds, seed=b"1"):
    times = Arrivals.read(written).times(Draw.of(seed).units(b"arrivals"), seconds)
    return list(takewhile(lambda at: at < seconds, times))


def gaps(times):
    return [later - earlier for earlier, later in pairwise(times)]


def example(kind):
    return ":".join([kind, *Arrivals.members()[kind].example.values()])


@pytest.mark.parametrize("kind", DRAWN)
def test_every_kind_gives_what_it_expects_in_order_and_the_same_each_time(kind):
    times = instants(example(kind), 60)
    assert times == sorted(times)
    assert len(times) == pytest.approx(Arrivals.read(example(kind)).expected(60), rel=0.1)
    assert times == instants(example(kind), 60)
    assert (times == instants(example(kind), 60, b"2")) == (kind == "constant")


@pytest.mark.parametrize(("written", "cv"), [("poisson:50/s", 1), ("gamma:50/s:2", 2), ("gamma:50/s:0.3", 0.3)])
def test_gaps_are_as_uneven_as_is_said(written, cv):
    found = gaps(instants(written, 400))
    assert fmean(found) == pytest.approx(1 / 50, rel=0.08)
    assert pstdev(found) / fmean(found) == pytest.approx(cv, rel=0.08)


def test_constant_gaps_are_all_alike_and_do_not_drift():
    times = instants("constant:30/min", 1000)
    assert times[:3] == [0, 2, 4]
    assert times[-1] == 998


@pytest.mark.parametrize(("written", "first", "last"), [("ramp:10..90/s", 3, 7), ("ramp:90..10/s", 7, 3)])
def test_a_ramp_grows_or_falls_evenly(written, first, last):
    times = instants(written, 200)
    early = sum(at < 100 for at in times)
    assert early / len(times) == pytest.approx(first / (first + last), abs=0.02)


def test_a_ramp_between_equal_rates_is_poisson():
    assert instants("ramp:20..20/s", 50) == pytest.approx(instants("poisson:20/s", 50))


def test_a_ramp_down_to_nothing_much_ends_by_itself():
    times = Arrivals.read("ramp:100..0.001/s").times(Draw.of(b"1").units(b"arrivals"), 10)
    assert 300 < len(list(islice(times, 10_000))) < 700


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ("poison:5/s", r"expected one of constant, gamma, poisson, ramp, trace \(did you mean 'poisson'\?\)"),
        ("poisson", r"'poisson': expected rate; write poisson:RATE"),
        ("gamma:10/s", r"expected cv; write gamma:RATE:CV"),
        ("gamma:10/s:x", r"valid number"),
        ("poisson:-3/s", r"'poisson:-3/s': expected a rate above 0"),
        ("ramp:5/s", r"expected two rates"),
        ("trace", r"write trace:FILE"),
    ],
)
def test_a_slip_is_told_in_a_line(wrong, expected):
    with pytest.raises(ConfigError, match=expected) as caught:
        Arrivals.read(wrong)
    assert "\n" not in str(caught.value)
