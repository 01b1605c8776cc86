"""50 streams at once, a token each 20 ms: TTFT and ITL as they are measured, against what the emulator injected.

What it injected is known from the same engine, asked the same: its timetables say when which byte was due. They are
read here event by event, without any code of the benchmark's.
"""

import asyncio
import json
import time
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import pytest
from precedence import precedence
from ratios.emulator import serving

from azureml_bench.distribution import percentile
from azureml_bench.load import Phases
from azureml_bench.plan import Plan
from azureml_bench.prompts import Repeated, Unique
from azureml_bench.run import measure
from azureml_bench.shape import known
from azureml_bench.summary import Summary
from azureml_bench.summing import summary
from azureml_bench.target import Target
from azureml_emulator import Call, Endpoint, Engine
from azureml_emulator.loop import new_loop
from azureml_emulator.simulation.arrivals import Constant

KEY = "key"
TOKENS = 55
AT_ONCE = 50
GAP, FIRST = 0.02, 0.2
TRIES = 3
LASTS = 6.0

EVEN = {"type": "tokens", "first_ms": FIRST * 1000, "gap_ms": GAP * 1000}
SPREAD = EVEN | {"gap_ms": {"type": "gamma", "mean_ms": GAP * 1000, "shape": 4}}
FIRSTS = {"first_ms": {"type": "lognormal", "median_ms": FIRST * 1000, "p99_ms": FIRST * 2000}}


class Kind(NamedTuple):
    """How tokens come, and in which pieces; `word` is what each says."""

    latency: dict[str, Any]
    faults: list[dict[str, Any]] = []
    word: str = "word"


KINDS = {
    "even": Kind(EVEN),
    "spread": Kind(SPREAD | FIRSTS),
    "several events in one write": Kind(EVEN | {"burst": {"low": 1, "high": 4}}),
    "events in pieces": Kind(EVEN, [{"type": "trickle", "size": 120, "gap_ms": 1}]),
    "characters in pieces": Kind(SPREAD, [{"type": "split_character"}], "wörd"),
}


def prompts(kind: Kind) -> Unique:
    return Unique(Repeated(" ".join([kind.word] * TOKENS)))


def settings(kind: Kind) -> dict[str, Any]:
    return {"name": "chat", "schema": "chat", "key": KEY, "latency": kind.latency, "faults": kind.faults}


def injected(kind: Kind, count: int) -> tuple[list[float], list[float]]:
    """Give every TTFT and every gap between arrivals of text that the timetables of so many requests have."""
    engine, target, asked = Engine([Endpoint(**settings(kind))]), Target("", known("chat"), KEY, True), prompts(kind)
    headers = {name.lower(): value for name, value in target.all_headers.items()}
    firsts, gaps = [], []
    for number in range(count):
        body = target.body(asked.prompt(number))
        writes = engine.score(Call("POST", "/models/chat/completions", headers, body)).writes
        ends = list(accumulate(len(data) for _, data in writes))
        whole, came, at = b"".join(data for _, data in writes), [], 0
        for event in whole.split(b"\n\n")[:-1]:
            at += len(event) + 2
            if event != b"data: [DONE]":
                choices = json.loads(event.removeprefix(b"data: ")).get("choices")
                if choices and choices[0]["delta"].get("content"):
                    came.append(next(due for (due, _), end in zip(writes, ends, strict=True) if end >= at))
        arrivals = sorted(set(came))
        firsts.append(arrivals[0])
        gaps += [after - before for before, after in pairwise(arrivals)]
    return sorted(firsts), sorted(gaps)


def measured(kind: Kind) -> Summary:
    rate = AT_ONCE / (FIRST + GAP * TOKENS)
    with serving([settings(kind)]) as served:
        url = f"http://127.0.0.1:{served.ports['chat']}/models/chat/completions"
        target = Target(url, known("chat"), KEY, stream=True)
        plan = Plan(target, Constant(rate), phases=Phases(1.5, LASTS, 10), prompts=prompts(kind))
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return summary(runner.run(measure(plan, time.time())))


def wrong(told: Summary, firsts: list[float], gaps: list[float]) -> list[str]:
    """Say what is further from the truth than 10 % at the median, and 25 % at p99."""
    found = []
    for name, truth in (("ttft", firsts), ("itl", gaps)):
        for which, percent, tolerance in (("p50", 50, 0.1), ("p99", 99, 0.25)):
            is_, meant = told.metrics[name][which], percentile(truth, percent)
            if abs(is_ / meant - 1) > tolerance:
                found.append(f"{name} {which}: {is_ * 1000:.2f} ms, in truth {meant * 1000:.2f} ms")
    return found


@pytest.mark.parametrize("name", KINDS)
def test_what_is_injected_is_known(name: str) -> None:
    firsts, gaps = injected(KINDS[name], 5)
    assert len(firsts) == 5
    assert 0.1 < min(firsts) < 0.6
    assert 0.015 < sum(gaps) / len(gaps) < 0.06


@pytest.mark.slow
@pytest.mark.usefixtures(precedence.__name__)
@pytest.mark.parametrize("name", KINDS)
def test_streams_are_measured_as_they_were_injected(name: str) -> None:
    kind = KINDS[name]
    truth = injected(kind, round(AT_ONCE / (FIRST + GAP * TOKENS) * (LASTS + 1.5)))
    for _ in range(TRIES):
        told = measured(kind)
        assert told.counts.outcomes.keys() == {"ok"}
        found = wrong(told, *truth)
        assert told.harness.lag
        if not found:
            return
        late = told.harness.lag["p99"]
        if told.valid and late < 0.003:
            break
    else:
        pytest.skip(
            f"the machine was too busy, {TRIES} times: the harness woke {late * 1000:.1f} ms late, p99; {found}"
        )
    assert found == []
