"""Workers and master as values: shares, counts, reports over a bad network, and the summary of them all."""

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azureml_bench.health import Health
from azureml_bench.load import Phases
from azureml_bench.objective import objectives
from azureml_bench.outcome import OUTCOMES
from azureml_bench.plan import Plan
from azureml_bench.record import record
from azureml_bench.run import Run
from azureml_bench.sample import Content, Sample
from azureml_bench.shape import known
from azureml_bench.summary import BLOCK, Summary
from azureml_bench.summing import of_record
from azureml_bench.swarm.buckets import Buckets, bucket, highest
from azureml_bench.swarm.merged import Engine, merged
from azureml_bench.swarm.post import Outbox, Received
from azureml_bench.swarm.share import Share, sizes
from azureml_bench.swarm.tally import Counting, Tally
from azureml_bench.target import Target
from azureml_emulator.simulation.arrivals import Arrivals

MS = 1_000_000
ENGINE = Engine("locust", "2.47.0", 0.001)
ASKED = ("e2e:p99<2s", "e2e:mean>1s", "errors<50%", "ttft<100ms", "goodput>1%", "achieved>1/s")


def a_plan(arrivals: str = "poisson:40/s", seconds: float = 5.0, **more: Any) -> Plan:
    target = Target("http://127.0.0.1:9/score", known("gpt2"))
    return Plan(target, Arrivals.read(arrivals), phases=Phases(1.0, seconds, 5.0), **more)


def some_samples(plan: Plan, seed: int = 0) -> list[Sample]:
    """What might have become of a plan: late, failed, cut and dropped requests among them."""
    random, made = Random(seed), []
    for due in plan.dues():
        sent = due.at + round(random.expovariate(1) * MS)
        first = sent + round(random.lognormvariate(4, 0.6) * MS)
        end = first + round(random.lognormvariate(3, 0.5) * MS)
        ended = random.choices(OUTCOMES, [200] + [1] * (len(OUTCOMES) - 1))[0].name
        contents = (Content(first, 1), Content(end - 1, 2)) if ended == "ok" else ()
        tries = 2 if random.random() < 0.02 else 1
        made.append(
            Sample(
                due.number,
                due.phase,
                due.at,
                sent,
                end,
                ended,
                200,
                first,
                contents,
                100,
                300,
                50,
                tokens=3 if random.random() < 0.9 else None,
                tries=tries,
                retried=("429",) * (tries - 1),
            )
        )
    return made


def counting(plan: Plan, asked: Sequence[str] = ()) -> Counting:
    return Counting(plan.phases, BLOCK, plan.closed, [one for one in objectives(asked) if one.per_request])


def reported(plan: Plan, samples: Sequence[Sample], share: Share, asked: Sequence[str] = ()) -> Received:
    """What the master has when a worker has sent its share, and told all of it in several reports."""
    how, outbox = counting(plan, asked), Outbox()
    got = Received(f"{share.index}", share.part(len(samples)))
    for one in samples[share.index :: share.of]:
        how.add(outbox.now, one)
        outbox.lines.append(one.line())
        outbox.sent += 1
        if not one.number % 37:
            outbox.acknowledged(got.take(wired(outbox.reports({"cpu": 0.2, "sockets": 3.0}))))
    outbox.close({"cpu": 0.2, "sockets": 3.0})
    outbox.acknowledged(got.take(wired(outbox.reports({}))))
    assert outbox.delivered
    return got


def wired(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Send them as Locust does: as MessagePack, in which keys may be numbers."""
    import msgpack

    said: list[dict[str, Any]] = msgpack.loads(msgpack.dumps(reports), strict_map_key=False)
    return said


def alike(one: Any, other: Any, within: float = 0.0011) -> None:
    """Compare documents, numbers with the tolerance of a histogram."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for name in one:
            alike(one[name], other[name], within)
    elif isinstance(one, list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            alike(left, right, within)
    elif isinstance(one, float) and other is not None:
        assert math.isclose(one, other, rel_tol=within, abs_tol=1e-9), (one, other)
    else:
        assert one == other


@given(st.lists(st.integers(0, 1 << 50), min_size=1, max_size=200), st.floats(1, 100))
@settings(max_examples=25, deadline=None)
def test_buckets_are_those_of_an_hdr_histogram(values: list[int], percentile: float) -> None:
    histogram = pytest.importorskip("hdrh.histogram").HdrHistogram(1, 1 << 62, 3)
    for value in values:
        histogram.record_value(value)
        assert bucket(value) == histogram.get_lowest_equivalent_value(value)
        assert highest(bucket(value)) == histogram.get_highest_equivalent_value(value)
    assert Buckets.of(value / 1e9 for value in values).histogram().get_total_count() == len(values)


@given(st.lists(st.floats(0, 1e4), max_size=100), st.integers(0, 100))
@settings(max_examples=25, deadline=None)
def test_merged_buckets_are_those_of_all_values(values: list[float], cut: int) -> None:
    left, right, whole = Buckets.of(values[:cut]), Buckets.of(values[cut:]), Buckets.of(values)
    left.merge(Buckets.read(right.document()))
    assert left.counts == whole.counts
    assert (left.n, left.least, left.most) == (len(values), whole.least, whole.most)
    told = left.distribution()
    assert (told is None) == (not values)
    if told and values:
        ordered = sorted(values)
        assert told.min == ordered[0]
        assert told.max == ordered[-1]
        assert told["p50"] == pytest.approx(ordered[(len(ordered) + 1) // 2 - 1], rel=0.001, abs=2e-9)
        assert told.mean == pytest.approx(sum(ordered) / len(ordered), rel=1e-9, abs=1e-9)


def test_a_value_below_zero_and_no_value_at_all() -> None:
    assert Buckets.of([-0.5, 1.0]).distribution()["p50"] == 0.0  # type: ignore[index]
    with pytest.raises(ValueError, match="none were counted"):
        Buckets().percentile(50)
    with pytest.raises(ValueError, match="none were counted"):
        Buckets().median()


@pytest.mark.parametrize("arrivals", ["poisson:200/s", "constant:50/s", "gamma:100/s:2", "ramp:10..200/s"])
@pytest.mark.parametrize("workers", [1, 2, 4, 7])
def test_the_workers_send_what_one_process_would(arrivals: str, workers: int) -> None:
    plan = a_plan(arrivals, 3.0, seed=7)
    parts = [list(Share(index, workers).dues(plan.dues())) for index in range(workers)]
    assert sorted(due for part in parts for due in part) == list(plan.dues())
    assert [len(part) for part in parts] == sizes(plan.dues(), workers)


@given(st.integers(0, 10_000), st.integers(1, 50))
def test_parts_are_even_and_make_the_whole(whole: int, workers: int) -> None:
    parts = [Share(index, workers).part(whole) for index in range(workers)]
    assert sum(parts) == whole
    assert max(parts) - min(parts) <= 1


def test_tallies_add_up() -> None:
    plan = a_plan()
    samples, how = some_samples(plan), counting(plan, ASKED)
    whole, parts = how.tally(samples), Tally()
    for index in range(5):
        parts.merge(Tally.read(wired([how.tally(samples[index::5]).document()])[0]))
    whole_document, parts_document = whole.document(), parts.document()
    assert whole.all == parts.all
    assert whole.requests == len(samples)
    for name in ("outcomes", "retried", "met", "ended", "good_ended", "judged", "good", "usage", "events", "in_time"):
        assert whole_document[name] == parts_document[name]
    assert {name: one.counts for name, one in whole.metrics.items()} == {
        name: one.counts for name, one in parts.metrics.items()
    }
    assert {number: one.n for number, one in whole.blocks.items()} == {
        number: one.n for number, one in parts.blocks.items()
    }


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("rows", [True, False])
def test_the_summary_is_that_of_one_process(workers: int, rows: bool) -> None:
    plan = a_plan()
    samples = some_samples(plan)
    received = [reported(plan, samples, Share(index, workers), ASKED) for index in range(workers)]
    if not rows:
        for one in received:
            one.lines.clear()
    kept, told = merged(plan, received, 1.0, ENGINE, ASKED)
    ordered = sorted(samples, key=lambda one: one.end)
    run = Run(plan, ordered, Health(cpu=0.2, sockets=3 * workers), 1.0, told.lasted)
    exact = of_record(record(run, ASKED))
    one, other = (json.loads(each.model_dump_json()) for each in (told, exact))
    assert one["plan"].pop("engine")["workers"] == workers
    for name in ("warnings", "harness") if rows else ("warnings", "harness", "notes", "silences"):
        one.pop(name), other.pop(name)
    alike(one, other)
    alike(json.loads(told.harness.delay.model_dump_json()), json.loads(exact.harness.delay.model_dump_json()))  # type: ignore[union-attr]
    assert told.valid
    assert [each.number for each in kept.samples] == ([each.number for each in ordered] if rows else [])


def test_a_closed_loop_has_no_intended_start() -> None:
    plan = a_plan(users=3)
    samples = some_samples(a_plan())
    received = reported(plan, samples, Share(0, 1))
    received.expected = None
    _, told = merged(plan, [received], 1.0, ENGINE)
    assert told.closed
    assert told.rates.offered is None
    assert told.harness.delay is None
    assert not [name for name in told.metrics if name.endswith("_intended")]


def lost(expected: int | None, told_of: int, last: bool, sent: int = 0, vitals: Any = None) -> Summary:
    plan = a_plan()
    samples = some_samples(plan)[:told_of]
    outbox, how = Outbox(sent=sent or told_of), counting(plan)
    for one in samples:
        how.add(outbox.now, one)
    if last:
        outbox.close(vitals or {})
    received = Received("2 of 4 on a-machine", expected)
    received.take(outbox.reports(vitals or {}))
    return merged(plan, [received], 1.0, ENGINE)[1]


def test_a_worker_that_is_lost_makes_the_run_invalid_and_is_counted() -> None:
    told = lost(200, 150, last=False)
    assert not told.valid
    assert told.problems[0] == "worker 2 of 4 on a-machine was lost: 50 of its 200 requests are missing"


def test_of_a_closed_loop_the_least_is_known() -> None:
    told = lost(None, 150, last=False, sent=160)
    assert told.problems[0] == "worker 2 of 4 on a-machine was lost: at least 10 requests are missing"


def test_a_request_that_nobody_told_of_is_missed() -> None:
    told = lost(151, 150, last=True)
    assert told.problems == ["worker 2 of 4 on a-machine did not tell of 1 requests that it was to send"]
    assert lost(150, 150, last=True).problems == []


def test_a_saturated_worker_makes_the_run_invalid() -> None:
    told = lost(150, 150, last=True, vitals={"cpu": 0.97})
    assert not told.valid
    assert "worker 2 of 4 on a-machine: the harness used 97% of a core" in told.problems[0]


def test_a_worker_that_was_late_makes_the_run_invalid() -> None:
    plan = a_plan()
    samples = some_samples(plan)
    late = [replace(one, sent=one.sent + 400 * MS, end=one.end + 400 * MS) for one in samples]
    three = [reported(plan, each, Share(index, 3)) for index, each in enumerate((samples, late, samples))]
    _, told = merged(plan, three, 1.0, ENGINE)
    assert not told.valid
    assert len(told.problems) == 1
    assert "worker 1: requests were sent late" in told.problems[0]
    for rows in (True, False):
        all_late = [reported(plan, late, Share(index, 3)) for index in range(3)]
        for one in all_late:
            one.lines = one.lines if rows else []
        _, told = merged(plan, all_late, 1.0, ENGINE)
        assert len(told.problems) == 1
        assert told.problems[0].startswith("requests were sent late")


def test_what_else_went_wrong_is_said() -> None:
    plan = a_plan()
    _, told = merged(plan, [], 0.0, ENGINE, problems=["nobody came"])
    assert told.problems == ["nobody came", "no request got a whole answer: there is nothing to measure"]


def test_workers_that_began_apart_are_told_of() -> None:
    plan = a_plan()
    received = reported(plan, some_samples(plan), Share(0, 1))
    _, told = merged(plan, [received], 1.0, Engine("locust", "2.47.0", 1.25))
    assert told.valid
    assert "workers began up to 1.2 s apart" in told.warnings[0]


@pytest.mark.slow
@given(st.integers(0, 1 << 32))
@settings(max_examples=20, deadline=None)
def test_nothing_is_lost_and_nothing_counted_twice(seed: int) -> None:
    """Reports and acknowledgements are lost, doubled and out of order."""
    random, outbox, received = Random(seed), Outbox(), Received("a", 40)
    how, on_the_way, number = Counting(Phases(0, 60, 0), 2.0), list[list[dict[str, Any]]](), 0
    for _ in range(200):
        act = random.random()
        if act < 0.5 and number < 40:
            how.add(outbox.now, Sample(number, "measure", number, number, number + 5))
            number, outbox.sent = number + 1, number + 1
        elif act < 0.6 and number == 40 and not outbox.over:
            outbox.close({})
        elif act < 0.8:
            on_the_way.append(wired(outbox.reports({})))
        elif on_the_way:
            came = on_the_way[random.randrange(len(on_the_way))]
            numbers = received.take(came)
            if random.random() < 0.3:
                on_the_way.remove(came)
            if random.random() < 0.5:
                outbox.acknowledged(numbers)
        assert received.tally.requests + received.missing == max(40, received.sent)
        assert not (received.complete and received.missing)
    if not outbox.over:
        outbox.close({})
    outbox.acknowledged(received.take(outbox.reports({})))
    assert outbox.delivered
    assert received.complete
    assert received.tally.requests == number
    assert received.missing == 40 - number


@pytest.mark.slow
def test_neither_locust_nor_its_loop_is_loaded_where_others_run() -> None:
    """Its import replaces the sockets of the whole process."""
    told = (
        "import sys, pkgutil, importlib, azureml_bench.cli as cli, azureml_bench.swarm as swarm\n"
        "cli.parser()\n"
        "for one in 'buckets merged order post share tally launch'.split():\n"
        "    importlib.import_module(f'{swarm.__name__}.{one}')\n"
        "print(sorted({'locust', 'gevent', 'geventhttpclient', 'zmq'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
