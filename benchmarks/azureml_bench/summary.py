"""What a run comes to: `summary.json`, whose `version` says how it is to be read."""

import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from statistics import median
from typing import Any, Literal

from pydantic import BaseModel, Field

from azureml_bench import outcome
from azureml_bench.distribution import Distribution
from azureml_bench.health import findings
from azureml_bench.metrics import metrics
from azureml_bench.run import Run
from azureml_bench.sample import Sample, measured

VERSION = 1
BLOCK = 2.0
"""Seconds of a block: the unit in which runs are compared, since requests of one moment are alike."""


class Tool(BaseModel, frozen=True):
    """With what it was measured, and where."""

    name: str = "azureml-bench"
    version: str
    python: str
    system: str
    processors: int


class Rates(BaseModel, frozen=True):
    """Requests per second over the time that is measured.

    `offered` were due, `achieved` ended well within it, `goodput` met every objective besides (None without any).
    """

    offered: float | None
    achieved: float
    goodput: float | None = None


class Counts(BaseModel, frozen=True):
    """How many requests were measured, and how they ended."""

    requests: int
    ok: int
    outcomes: dict[str, int]
    retried: dict[str, int] = Field(default_factory=dict)

    @property
    def bad(self) -> int:
        """How many were in error."""
        return sum(count for name, count in self.outcomes.items() if name in outcome.BAD)

    @property
    def error_rate(self) -> float:
        """The share in error of those that ended."""
        ended = self.requests - self.outcomes.get(outcome.CUT.name, 0)
        return self.bad / ended if ended else 0.0


class Harness(BaseModel, frozen=True):
    """How the harness kept up; durations in seconds."""

    delay: Distribution | None
    lag: Distribution | None
    cpu: float
    sockets: int


class Block(BaseModel, frozen=True):
    """A slice of the run: the median of each metric of requests that were due in it, in the metric's unit."""

    at: float
    n: int
    medians: dict[str, float]


class Summary(BaseModel, frozen=True):
    """A run in figures. Durations are in seconds, rates per second.

    `valid` is False when the figures are not the endpoint's, for the reasons in `problems`; `warnings` are what a
    reader must know besides. `tokens_from` names whose count of tokens was used.
    """

    version: Literal[1] = 1
    tool: Tool
    url: str
    plan: dict[str, Any]
    plan_hash: str
    began: float
    lasted: float
    valid: bool
    problems: list[str]
    warnings: list[str]
    counts: Counts
    rates: Rates
    tokens_from: Literal["usage", "events", "none"]
    metrics: dict[str, Distribution]
    failures: Distribution | None
    harness: Harness
    blocks: list[Block]


def summary(run: Run) -> Summary:
    """Sum a run up."""
    samples = list(measured(run.samples))
    counts = _counts(samples)
    told = {name: Distribution.of(metric.of(samples)) for name, metric in metrics().items() if _has(run, name)}
    delay = Distribution.of(run.health.delays)
    e2e = told.get("e2e")
    found = findings(run.health, e2e["p50"] if e2e else None, delay["p99"] if delay else None)
    problems = [one.text for one in found if one.invalid]
    if not counts.ok:
        problems.append("no request got a whole answer: there is nothing to measure")
    warnings = [one.text for one in found if not one.invalid]
    return Summary(
        tool=_tool(),
        url=run.plan.target.url,
        plan=run.plan.document(),
        plan_hash=run.plan.hash(),
        began=run.began,
        lasted=run.lasted,
        valid=not problems,
        problems=problems,
        warnings=warnings,
        counts=counts,
        rates=_rates(run, samples),
        tokens_from=_tokens_from(samples),
        metrics={name: value for name, value in told.items() if value},
        failures=Distribution.of((one.end - one.sent) / 1e9 for one in samples if one.outcome in outcome.BAD),
        harness=Harness(
            delay=delay, lag=Distribution.of(run.health.lags), cpu=run.health.cpu, sockets=run.health.sockets
        ),
        blocks=blocks(run, samples),
    )


def _has(run: Run, name: str) -> bool:
    """Say whether a run can have a metric: a closed loop has no intended start."""
    return not (run.plan.closed and name.endswith("_intended"))


def _counts(samples: Sequence[Sample]) -> Counts:
    ended = Counter(one.outcome for one in samples)
    again = Counter(how for one in samples for how in one.retried)
    return Counts(requests=len(samples), ok=ended[outcome.OK.name], outcomes=dict(ended), retried=dict(again))


def _rates(run: Run, samples: Sequence[Sample]) -> Rates:
    """Credit the offer with what was due in the window, the achievement with what ended in it."""
    phases = run.plan.phases
    first, last = phases.warmup * 1e9, phases.sending * 1e9
    ended = sum(one.ok and first <= one.end < last for one in run.samples)
    offered = None if run.plan.closed else len(samples) / phases.measure
    return Rates(offered=offered, achieved=ended / phases.measure)


def _tokens_from(samples: Iterable[Sample]) -> Literal["usage", "events", "none"]:
    """Name the worst source that was needed: one request whose server told nothing is counted by its events."""
    good = [one for one in samples if one.ok]
    if good and all(one.tokens is not None for one in good):
        return "usage"
    return "events" if any(one.events for one in good) else "none"


def blocks(run: Run, samples: Sequence[Sample], seconds: float = BLOCK) -> list[Block]:
    """Cut a run into slices by when requests were due."""
    start = run.plan.phases.warmup * 1e9
    slices: dict[int, list[Sample]] = {}
    for one in samples:
        slices.setdefault(int((one.intended - start) / (seconds * 1e9)), []).append(one)
    made = []
    for number in sorted(slices):
        pooled = {name: list(metric.of(slices[number])) for name, metric in metrics().items()}
        medians = {name: median(values) for name, values in pooled.items() if values and _has(run, name)}
        made.append(Block(at=number * seconds, n=len(slices[number]), medians=medians))
    return made


def _tool() -> Tool:
    return Tool(
        version=version("azureml-emulator"),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        processors=os.cpu_count() or 1,
    )
