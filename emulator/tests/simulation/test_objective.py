"""Objectives are read as they are written, and held against what came."""

import pytest

from azureml_emulator.errors import ConfigError
from azureml_emulator.simulation import Objective, Summary
from azureml_emulator.simulation.tally import Tally


@pytest.fixture(scope="module")
def summary():
    """100 calls in 10 s: 96 served in 1 to 96 ms, after half of that in the queue, and 4 refused."""
    tally = Tally(0.0, 10.0)
    tally.latency.extend(one / 1000 for one in range(1, 97))
    tally.queue.extend(one / 2000 for one in range(1, 97))
    tally.statuses["429"] = 4
    tally.completed = 96
    tally.busy = 5.0
    return Summary(tally, 10.0, 1)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("p50<48ms", False),
        ("p50<=48ms", True),
        ("p99<0.1s", True),
        ("p99.9<95ms", False),
        ("latency_p50<49ms", True),
        ("mean<48.5ms", False),
        ("mean<=48.5ms", True),
        ("max<1m", True),
        ("queue_p99<48ms", False),
        ("queue_p99<=48ms", True),
        ("queue_mean>25ms", False),
        ("ttft_p50<1s", False),
        ("errors<4%", False),
        ("errors<=4%", True),
        ("errors<0.05", True),
        ("429<1%", False),
        ("408<1%", True),
        ("broken<=0%", True),
        ("served>95%", True),
        ("utilisation<51%", True),
        ("served_per_s>=9.6", True),
        ("offered_per_s<9", False),
        (" p50 < 1s ", True),
        ("p50 < 1 s", True),
        ("errors < 4 %", False),
    ],
)
def test_an_objective_is_met_or_not(summary, text, met):
    (objective,) = Objective.read(text)
    assert objective.met(summary) is met


def test_several_have_commas_between_them(summary):
    assert [one.shown(summary) for one in Objective.read("p50<2s,errors<1%,served_per_s>1,ttft_p50<1s")] == [
        "48.0 ms",
        "4.00 %",
        "9.60",
        "-",
    ]


@pytest.mark.parametrize("text", ["p99<2s", "errors<1%", "utilisation<1%", "429<1%", "served>=0%"])
def test_what_was_not_measured_meets_nothing(text):
    (objective,) = Objective.read(text)
    assert not objective.met(Summary(Tally(), 10.0, None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected objectives such as p99<2s"),
        ("p99", "expected objectives"),
        ("p100<1s", "expected objectives"),
        ("latency<1s", "expected objectives"),
        ("p99<2", "expected a time such as 2s or 300ms, not '2'"),
        ("p99<-2s", "expected a time"),
        ("p99<1s,errors<5", "'errors<5': expected a share such as 1%, not '5'"),
        ("errors<x%", "expected a share"),
        ("errors<101%", "expected a share"),
        ("served_per_s>many", "expected a number, not 'many'"),
    ],
)
def test_a_slip_is_told(text, expected):
    with pytest.raises(ConfigError, match=expected):
        Objective.read(text)
