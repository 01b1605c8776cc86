"""Sweeps try what they are told to, and find the first value that will do."""

import pytest

from azureml_emulator.endpoint import Endpoint, RequestSettings
from azureml_emulator.errors import ConfigError
from azureml_emulator.simulation import Arrivals, Callers, Objective, Simulation, Sweep

OBJECTIVES = Objective.read("errors<1%")


@pytest.fixture
def simulation():
    """Two calls a second, each of which takes one and a half: one instance is too few."""
    limits = RequestSettings(max_concurrent_requests_per_instance=1, max_pending=1)
    endpoints = [Endpoint(name, schema="gpt2", latency=1500, request_settings=limits) for name in ("a", "b")]
    return Simulation(endpoints, Callers(endpoints, {"a": 1}), Arrivals.read("constant:2/s"), 20)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("instances=1..4", [1, 2, 3, 4]),
        ("instances=4..1", [4, 3, 2, 1]),
        ("instances=3..3", [3]),
        ("instances = 1..10:4", [1, 5, 9]),
        ("x.y=0.1..0.3:0.1", [0.1, 0.2, 0.3]),
        ("x=1,2,0.5", [1, 2, 0.5]),
    ],
)
def test_values_are_read(text, values):
    sweep = Sweep.read(text)
    assert list(sweep.values) == values
    assert [type(one) for one in sweep.values] == [type(one) for one in values]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("instances", "expected NAME=1..20"),
        ("=1..3", "expected NAME=1..20"),
        ("instances=1..x", "expected NAME=1..20"),
        ("instances=-1..3", "expected NAME=1..20"),
        ("x=0.1..0.5", "expected a step"),
        ("x=1..5:0", "expected a step above 0"),
        ("x=1..5000", "5,000 values; 1,000 at most"),
    ],
)
def test_a_slip_is_told(text, expected):
    with pytest.raises(ConfigError, match=expected):
        Sweep.read(text)


def test_all_values_are_tried_and_those_that_will_do_are_known(simulation):
    heard = []
    trials = Sweep.read("max_pending=1..5").all(simulation, OBJECTIVES, heard.append)
    assert [(one.value, one.met) for one in trials] == [(1, False), (2, False), (3, False), (4, False), (5, False)]
    trials = Sweep.read("latency.ms=1500,1000,500,400").all(simulation, OBJECTIVES, heard.append)
    assert [(one.value, one.met) for one in trials] == [(1500, False), (1000, False), (500, True), (400, True)]
    assert [one.value for one in heard] == [1, 2, 3, 4, 5, 1500, 1000, 500, 400]


@pytest.mark.parametrize("enough", range(1, 13))
def test_bisecting_finds_the_same_with_fewer(simulation, enough):
    objectives = Objective.read(f"served_per_s>={enough * 0.5}")
    sweep = Sweep.read("rate=0.5..5.5:0.5")
    simulation = Simulation(
        [simulation.endpoints[0].changed(latency=1, request_settings=None)],
        simulation.callers,
        simulation.arrivals,
        4,
    )
    by_all = next((one.value for one in sweep.all(simulation, objectives) if one.met), None)
    tried = sweep.bisected(simulation, objectives)
    assert next((one.value for one in tried if one.met), None) == by_all
    assert len(tried) <= 4
    assert [one.value for one in tried] == sorted(one.value for one in tried)


def test_only_who_is_called_or_named_is_changed(simulation):
    changed = Sweep.read("instances=7").of(simulation, 7)
    assert [one.deployments[0].instance_count for one in changed.endpoints] == [7, 1]
    changed = Sweep.read("b.instances=7").of(simulation, 7)
    assert [one.deployments[0].instance_count for one in changed.endpoints] == [1, 7]
    changed = Sweep.read("a.default.instances=7").of(simulation, 7)
    assert [one.deployments[0].instance_count for one in changed.endpoints] == [7, 1]


def test_the_rate_is_that_of_the_arrivals(simulation):
    assert Sweep.read("rate=9").of(simulation, 9).arrivals == Arrivals.read("constant:9/s")
    with pytest.raises(ConfigError, match="rate=0: expected a rate above 0"):
        Sweep.read("rate=0").of(simulation, 0)
    ramp = Simulation(simulation.endpoints, simulation.callers, Arrivals.read("ramp:1..2/s"), 4)
    with pytest.raises(ConfigError, match="arrivals of the kind ramp have no one rate"):
        Sweep.read("rate=9").of(ramp, 9)
