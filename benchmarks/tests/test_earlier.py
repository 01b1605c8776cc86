"""Summaries of runs that were measured before: which are read, and which may be compared."""

from pathlib import Path
from typing import Any

import pytest

from azureml_bench import shape
from azureml_bench.earlier import check, differing, read, warnings
from azureml_bench.health import Health
from azureml_bench.load import Phases
from azureml_bench.plan import Plan
from azureml_bench.run import Run
from azureml_bench.sample import Sample
from azureml_bench.summary import Summary
from azureml_bench.summing import summary
from azureml_bench.target import Target
from azureml_bench.usage import WrongUsage
from azureml_emulator.simulation.arrivals import Poisson


def told(began: float = 0.0, latency: float = 0.1, rate: float = 10.0, tool: str = "", **settings: Any) -> Summary:
    """Sum up a run that nobody measured."""
    plan = Plan(Target("http://127.0.0.1/score", shape.known("gpt2")), Poisson(rate), phases=Phases(0, 2), **settings)
    samples = [
        Sample(due.number, due.phase, due.at, due.at, due.at + round(latency * 1e9), status=200)
        for due in plan.dues()
    ]
    made = summary(Run(plan, samples, Health([0.0], [0.0], 0.1, 1), began, 2.0))
    return made.model_copy(update={"tool": made.tool.model_copy(update={"version": tool})}) if tool else made


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "summary.json"
    file.write_text(told().model_dump_json(), encoding="utf-8")
    assert read(file) == told()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected a summary.json; Invalid JSON"),
        ("[]", "expected a summary.json; Input should be an object"),
        ('{"version": 1}', "expected a summary.json; tool: Field required"),
        ('{"version": 9}', "expected a summary.json; version: Input should be 1"),
    ],
)
def test_what_is_no_summary(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUsage) as refused:
        read(file)
    assert str(refused.value).startswith(f"{file}: {expected}")


def test_runs_with_the_same_plan_may_be_compared_whatever_their_seeds() -> None:
    check([(Path("a"), told(seed=1)), (Path("b"), told(seed=2)), (Path("c"), told(latency=9.0))])


def test_other_plans_are_refused_by_name() -> None:
    with pytest.raises(WrongUsage) as refused:
        check([(Path("a"), told()), (Path("b"), told()), (Path("c"), told(rate=20.0, max_in_flight=5))])
    assert str(refused.value).startswith("a and c were measured differently, so they cannot be compared: ")
    assert "load.rate: 10.0 and 20.0" in str(refused.value)
    assert "max_in_flight: 1000 and 5" in str(refused.value)


def test_a_hash_alone_is_refused_as_well() -> None:
    other = told().model_copy(update={"plan_hash": "0123"})
    with pytest.raises(WrongUsage, match=r"plan_hash: \w+ and 0123"):
        check([(Path("a"), told()), (Path("b"), other)])


def test_what_differs_is_named_by_its_place() -> None:
    one = {"a": {"b": 1, "c": 2}, "d": 3, "seed": 1, "e": {"f": 1}}
    other = {"a": {"b": 1, "c": 9}, "seed": 2, "e": 4}
    assert list(differing(one, other)) == ["a.c: 2 and 9", "d: 3 and None", "e: {'f': 1} and 4"]


def test_what_else_may_have_made_the_difference() -> None:
    (weaker,) = warnings([told(1), told(3)], [told(2), told(4)])
    assert weaker.startswith("weaker: runs, not interleaved blocks")
    _, after, version = warnings([told(1), told(2)], [told(3, tool="9.9"), told(4, tool="9.9")])
    assert after.startswith("all of base was measured before all of head")
    assert version == f"measured with different version: {told().tool.version}, 9.9"
