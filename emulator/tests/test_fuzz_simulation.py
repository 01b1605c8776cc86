"""Whatever is simulated, it comes to its end, and its totals add up."""

import json
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_emulator.simulation import Arrivals, Callers, Simulation, report
from emulator.tests.any_endpoint import CROWDING, endpoints, scenarios
from emulator.tests.damage import HUNT
from emulator.tests.oracle import in_time

RATES = st.floats(0.05, 60).map(lambda one: f"{one:.3f}/s")
ARRIVALS = st.one_of(
    st.sampled_from(["poisson", "constant"]).flatmap(lambda kind: RATES.map(lambda rate: f"{kind}:{rate}")),
    st.tuples(RATES, st.floats(0.02, 20)).map(lambda two: f"gamma:{two[0]}:{two[1]:.3f}"),
    st.tuples(st.integers(1, 30), st.integers(1, 30)).map(lambda two: f"ramp:{two[0]}..{two[1]}/s"),
)


@st.composite
def simulations(draw):
    """One or two endpoints with any settings, any arrivals, perhaps a scenario."""
    chosen = [draw(endpoints(name)) for name in ("one", "two")[: draw(st.integers(1, 2))]]
    chosen = [one for one in chosen if one.api_type.door] or [draw(endpoints("three"))]
    shares = {one.name: draw(st.floats(0.1, 9)) for one in chosen}
    return Simulation(
        chosen,
        Callers(chosen, shares),
        Arrivals.read(draw(ARRIVALS)),
        draw(st.sampled_from([0.5, 7.0, 20.0])),
        draw(st.sampled_from([0.0, 0.25])),
        draw(st.integers(0, 9)),
        draw(scenarios(chosen[0], seconds=20)) if len(chosen) == 1 and draw(st.booleans()) else None,
    )


def ordered(times):
    """The mean, the percentiles and the maximum of some times."""
    if times["max"] is None:
        return set(times.values()) == {None}
    shares = [times["p50"], times["p90"], times["p99"], times["max"]]
    return shares == sorted(shares) and 0 <= times["mean"] <= times["max"] + 0.001


def adds_up(found):
    """Hold the numbers of a summary against each other."""
    assert found["offered"] == sum(found["status"].values())
    assert found["served"] == found["status"].get("200", 0)
    assert 0 <= found["errors"] <= 1
    assert (
        found["errors"] == pytest.approx(1 - found["served"] / max(found["offered"], 1), abs=1e-6)
        or not found["offered"]
    )
    assert ordered(found["latency_ms"])
    assert ordered(found["queue_ms"])
    assert found["at_work"] >= 0
    assert found["served_per_s"] * found["seconds"] <= found["served"] + found["offered"] + 1


@pytest.mark.slow
@settings(CROWDING, max_examples=HUNT // 1000 or 10)
@given(simulations())
def test_whatever_is_simulated_the_totals_add_up(simulation):
    with in_time():
        summary = simulation.run()
        found = summary.as_dict()
        json.dumps(found, allow_nan=False)
        adds_up(found)
        parts = found.get("deployments", [])
        for one in parts:
            adds_up(one)
        assert sum(one["offered"] for one in parts) == found["offered"]
        assert sum(one["served"] for one in parts) == found["served"]
        assert report.told(summary)
        assert simulation.run().as_dict() == found
        if simulation.arrivals.kind == "constant":
            late = simulation.warm_up * simulation.arrivals.rate
            expected = ceil(simulation.horizon * simulation.arrivals.rate) - ceil(late)
            assert found["offered"] == pytest.approx(expected, abs=1)
