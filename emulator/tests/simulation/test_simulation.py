"""The engine under traffic: held against queueing theory, and the same each time."""

from math import factorial

import pytest

from azureml_emulator.endpoint import Deployment, Endpoint, RequestSettings
from azureml_emulator.errors import ConfigError
from azureml_emulator.scenario import Scenario, Step
from azureml_emulator.simulation import Arrivals, Callers, Simulation

MEAN = 0.1
"""Seconds of work of a call, on average."""


def queue(instances=1, max_pending="unlimited", **settings):
    """An endpoint whose work is exponential."""
    limits = RequestSettings(max_concurrent_requests_per_instance=1, max_pending=max_pending)
    latency = {"type": "exponential", "mean_ms": MEAN * 1000}
    return Endpoint(
        **{
            "name": "gpt2",
            "schema": "gpt2",
            "latency": latency,
            "request_settings": limits,
            "instance_count": instances,
            **settings,
        }
    )


def played(endpoint, arrivals, seconds=None, **settings):
    return Simulation([endpoint], Callers([endpoint]), Arrivals.read(arrivals), seconds, **settings).run()


def erlang_c(servers, load):
    """The share of calls that wait, in M/M/c with so many servers' worth of load."""
    all_busy = load**servers / factorial(servers) * servers / (servers - load)
    return all_busy / (sum(load**one / factorial(one) for one in range(servers)) + all_busy)


def lost(servers, places, load):
    """The share of calls that is refused in M/M/c/K."""
    weights = [1.0]
    for one in range(1, places + 1):
        weights.append(weights[-1] * load / min(one, servers))
    return weights[-1] / sum(weights)


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "seconds"), [(5, 2000), pytest.param(8, 20_000, id="busier")])
def test_one_instance_is_m_m_1(rate, seconds):
    found = played(queue(), f"poisson:{rate}/s", seconds, seed=1)
    assert found.latency.mean / 1000 == pytest.approx(1 / (1 / MEAN - rate), rel=0.05)
    assert found.queue.mean / 1000 == pytest.approx(rate * MEAN / (1 / MEAN - rate), rel=0.1)
    assert found.utilisation == pytest.approx(rate * MEAN, rel=0.03)
    assert found.errors == 0


@pytest.mark.parametrize(
    ("instances", "rate", "seconds"), [(2, 12, 1000), pytest.param(4, 32, 2500, marks=pytest.mark.slow, id="busier")]
)
def test_several_instances_are_m_m_c(instances, rate, seconds):
    found = played(queue(instances), f"poisson:{rate}/s", seconds, seed=2)
    waits = erlang_c(instances, rate * MEAN)
    assert found.queue.mean / 1000 == pytest.approx(waits / (instances / MEAN - rate), rel=0.08)
    assert found.utilisation == pytest.approx(rate * MEAN / instances, rel=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(("instances", "rate"), [(1, 12), (2, 20), (3, 60)])
def test_azures_limit_of_twice_the_slots_is_m_m_c_k(instances, rate):
    found = played(queue(instances, None), f"poisson:{rate}/s", 12_000 / rate, seed=3)
    refused = lost(instances, 2 * instances, rate * MEAN)
    assert found.errors == pytest.approx(refused, rel=0.05)
    assert found.statuses["429"] == found.offered - found.served
    assert found.utilisation == pytest.approx(rate * (1 - refused) * MEAN / instances, rel=0.04)
    assert found.served_per_s == pytest.approx(rate * (1 - refused), rel=0.04)


def test_a_small_run_is_the_same_on_every_machine():
    found = played(queue(2, None), "poisson:20/s", 20, seed=7, warm_up=2).as_dict()
    del found["deployments"]
    assert found == PINNED


PINNED = {
    "seconds": 18,
    "offered": 345,
    "served": 274,
    "offered_per_s": 19.167,
    "served_per_s": 15.056,
    "errors": 0.205797,
    "status": {"200": 274, "429": 71},
    "latency_ms": {"mean": 143.896, "p50": 115.571, "p90": 307.26, "p99": 686.635, "max": 818.229},
    "queue_ms": {"mean": 44.035, "p50": 4.841, "p90": 138.862, "p99": 286.2, "max": 417.504},
    "at_work": 1.5135,
    "utilisation": 0.7567,
}


def test_another_seed_is_another_run():
    one, same, other = (played(queue(), "poisson:5/s", 20, seed=seed).as_dict() for seed in (1, 1, 2))
    assert one == same != other


def test_a_trace_is_played_whole_at_its_own_times(tmp_path):
    (tmp_path / "trace").write_text("10\n10.05\n10.06\n12\n", encoding="utf-8")
    endpoint = queue(1, None, latency=100)
    found = played(endpoint, f"trace:{tmp_path / 'trace'}")
    assert (found.offered, found.statuses, found.seconds) == (4, {"200": 3, "429": 1}, 2)
    assert found.latency.as_dict() == {"mean": 116.667, "p50": 100, "p90": 150, "p99": 150, "max": 150}
    assert found.queue.percentile(100) == pytest.approx(50)
    assert found.utilisation == pytest.approx(0.1)
    assert played(endpoint, f"trace:{tmp_path / 'trace'}", 1.0).offered == 3


def test_what_a_scenario_changes_counts_from_when_it_does():
    scenario = Scenario((Step(10, set={"state": "not_ready"}), Step(15, recover=True)))
    found = played(queue(latency=None), "constant:10/s", 20, scenario=scenario)
    assert found.statuses == {"200": 150, "424": 50}


def test_faults_strike_and_late_answers_are_late():
    endpoint = queue(faults=[{"type": "status", "status": 503, "every": 4}], latency=1, api_type="dedicated")
    assert played(endpoint, "constant:10/s", 10).errors == pytest.approx(0.25)
    limits = RequestSettings(max_concurrent_requests_per_instance=1, request_timeout_ms=150, max_pending="unlimited")
    found = played(queue(latency=200, request_settings=limits), "constant:1/s", 10)
    assert (found.statuses, found.utilisation) == ({"408": 10}, pytest.approx(0.2))


def test_each_deployment_is_told_apart():
    endpoint = queue(
        1,
        latency=10,
        deployments=[Deployment("blue"), Deployment("green", latency=30)],
        traffic={"blue": 75, "green": 25},
    )
    found = played(endpoint, "constant:20/s", 100)
    assert [(one.endpoint, one.deployment) for one in found.parts] == [("gpt2", "blue"), ("gpt2", "green")]
    assert [one.latency.percentile(50) for one in found.parts] == [pytest.approx(10), pytest.approx(30)]
    assert sum(one.offered for one in found.parts) == found.offered == 2000
    assert found.parts[0].offered == pytest.approx(1500, rel=0.05)
    assert (found.slots, found.at_work) == (2, pytest.approx(sum(one.at_work for one in found.parts)))


def test_callers_are_let_in_where_tokens_are_asked_for():
    assert played(queue(auth_mode="aml_token"), "constant:1/s", 3).errors == 0


def test_streams_are_timed_by_their_first_byte_too():
    endpoint = Endpoint("chat", schema="chat", latency={"type": "tokens", "first_ms": 300, "gap_ms": 20})
    found = Simulation([endpoint], Callers([endpoint], stream=True), Arrivals.read("constant:1/s"), 3).run()
    assert found.first.mean == pytest.approx(300)
    assert found.latency.mean > 300


def test_a_warm_up_as_long_as_all_of_it_is_refused():
    with pytest.raises(ConfigError, match=r"--warm-up: expected less than the 10 s of --for, not 10"):
        played(queue(), "poisson:5/s", 10, warm_up=10)


def test_where_nobody_calls_the_slots_are_idle():
    found = played(queue(3), "poisson:1/h", 0.5)
    assert (found.offered, found.slots, found.utilisation) == (0, 3, 0)
