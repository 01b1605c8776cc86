"""What the workers of a run told, as one summary: the same document that one process makes.

Its percentiles are those of merged histograms. What is wrong with it, it says: such as requests nobody told of.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from azureml_bench.distribution import Distribution
from azureml_bench.health import Finding, Health, findings
from azureml_bench.objective import Objective, objectives
from azureml_bench.plan import Plan
from azureml_bench.record import Head, Record, Tool, shown
from azureml_bench.sample import Sample
from azureml_bench.summary import BLOCK, Block, Counts, Goodput, Harness, Rates, Summary
from azureml_bench.summing import of_head, of_record, results
from azureml_bench.swarm.buckets import FIGURES
from azureml_bench.swarm.post import Received
from azureml_bench.swarm.tally import Tally

_APART = 0.5
"""Seconds between the starts of workers, above which a reader is told."""


class Engine(NamedTuple):
    """With what was sent. `apart` is how far apart workers may have begun, in seconds, at most."""

    name: str
    version: str
    apart: float


def merged(
    plan: Plan,
    workers: Sequence[Received],
    began: float,
    engine: Engine,
    asked: Iterable[str] = (),
    problems: Iterable[str] = (),
    stopped: float | None = None,
) -> tuple[Record, Summary]:
    """Sum up what was told. `problems` are what else makes it invalid, `stopped` when somebody ended it, in seconds.

    The record has the requests that were sent to the master, by when they ended; none where none were asked for.
    """
    tally = Tally()
    for one in workers:
        tally.merge(one.tally)
    found = [Finding(True, text) for text in problems] + [one for each in workers for one in _lost(each)]
    found += _slow(plan, workers, tally)
    if engine.apart > _APART:
        found.append(Finding(False, f"workers began up to {engine.apart:.1f} s apart, so their arrivals did as well"))
    record = _record(plan, workers, began, engine, tuple(asked))
    record.head.health.stopped = stopped
    return record, _summary(plan, record, tally, found)


def _lost(worker: Received) -> list[Finding]:
    """Say what a worker owes."""
    if not worker.complete:
        of = f" of its {worker.expected}" if worker.expected is not None else ""
        least = "" if worker.expected is not None else "at least "
        if not worker.missing:
            return [Finding(True, f"worker {worker.worker} was lost, after all that is known of its requests")]
        return [Finding(True, f"worker {worker.worker} was lost: {least}{worker.missing}{of} requests are missing")]
    if worker.missing:
        return [
            Finding(True, f"worker {worker.worker} did not tell of {worker.missing} requests that it was to send")
        ]
    return []


def _slow(plan: Plan, workers: Sequence[Received], tally: Tally) -> list[Finding]:
    """Say which worker did not keep up so far that the run is not valid; none where all together did not."""
    e2e = _of(tally, "e2e")
    found: list[Finding] = []
    if any(one.invalid for one in _kept_up(plan, tally, 0.0, e2e)):
        return found
    for one in workers:
        told = _kept_up(plan, one.tally, one.vitals.get("cpu", 0.0), e2e)
        found += [Finding(True, f"worker {one.worker}: {each.text}") for each in told if each.invalid]
    return found


def _kept_up(plan: Plan, tally: Tally, cpu: float, e2e: Distribution | None) -> list[Finding]:
    sent = tally.outcomes.total() - tally.unsent
    in_time = tally.in_time / sent if sent and not plan.closed else 1.0
    delay = None if plan.closed else tally.delays.distribution()
    return findings(Health(cpu=cpu), e2e["p50"] if e2e else None, delay, in_time)


def _record(plan: Plan, workers: Sequence[Received], began: float, engine: Engine, asked: tuple[str, ...]) -> Record:
    document = plan.document()
    document["engine"] = {
        "name": engine.name,
        "version": engine.version,
        "workers": len(workers),
        "began_apart_s": round(engine.apart, 6),
        "percentiles": f"of merged HDR histograms, {FIGURES} significant figures",
    }
    head = Head(
        tool=Tool.here(),
        url=shown(plan.target.url),
        plan=document,
        plan_hash=plan.hash(),
        closed=plan.closed,
        phases=plan.phases,
        objectives=list(asked),
        began=began,
        lasted=max((one.vitals.get("lasted", 0.0) for one in workers), default=0.0),
        health=Health(
            cpu=max((one.vitals.get("cpu", 0.0) for one in workers), default=0.0),
            sockets=int(sum(one.vitals.get("sockets", 0.0) for one in workers)),
            lost=sum(not one.complete or one.missing > 0 for one in workers),
        ),
    )
    samples = [Sample.of_line(line) for one in workers for line in one.lines]
    return Record(head, sorted(samples, key=lambda sample: sample.end))


def _summary(plan: Plan, record: Record, tally: Tally, found: Sequence[Finding]) -> Summary:
    """Take percentiles from the histograms, and of the requests, where they are here, what only they can tell."""
    exact = of_record(record) if record.samples and len(record.samples) == tally.requests else None
    told = _of_tally(record.head, tally)
    problems = [one.text for one in found if one.invalid]
    warnings = [one.text for one in found if not one.invalid]
    if exact is None:
        if record.head.health.stopped is not None:
            warnings.append(f"cut short: somebody stopped it after {record.head.health.stopped:.1f} s")
        late = _kept_up(plan, tally, 0.0, told.metrics.get("e2e"))
        problems += [one.text for one in late if one.invalid]
        warnings += [one.text for one in late if not one.invalid]
        if not told.counts.ok:
            problems.append("no request got a whole answer: there is nothing to measure")
        return told.model_copy(update={"valid": not problems, "problems": problems, "warnings": warnings})
    figures = ("metrics", "failures", "harness", "blocks", "objectives")
    problems += exact.problems
    more = {"valid": not problems, "problems": problems, "warnings": warnings + exact.warnings}
    return exact.model_copy(update={name: getattr(told, name) for name in figures} | more)


def _of_tally(head: Head, tally: Tally) -> Summary:
    counts = Counts(
        requests=tally.outcomes.total(),
        ok=tally.outcomes["ok"],
        outcomes=dict(tally.outcomes),
        retried=dict(tally.retried),
    )
    asked = objectives(head.objectives)
    seconds = head.phases.measure
    rates = Rates(
        offered=None if head.closed else counts.requests / seconds,
        achieved=tally.ended / seconds,
        goodput=tally.good_ended / seconds if asked else None,
    )
    share = tally.good / tally.judged if tally.judged else 0.0
    goodput = Goodput(good=tally.good, judged=tally.judged, share=share) if asked else None
    told = {name: _of(tally, name) for name in tally.metrics}
    every = counts.ok > 0 and tally.usage == counts.ok
    return Summary(
        **of_head(head),
        valid=True,
        problems=[],
        warnings=[],
        counts=counts,
        rates=rates,
        goodput=goodput,
        objectives=results(
            asked,
            counts,
            rates,
            goodput,
            share=lambda limit: tally.met[limit.text] / tally.judged if tally.judged else None,
            figure=lambda threshold: _statistic(tally, threshold),
        ),
        tokens_from="usage" if every else "events" if tally.events else "none",
        metrics={name: value for name, value in told.items() if value},
        failures=tally.failures.distribution(),
        harness=Harness(
            delay=tally.delays.distribution(),
            lag=tally.lags.distribution(),
            cpu=head.health.cpu,
            sockets=head.health.sockets,
        ),
        blocks=_blocks(tally),
    )


def _of(tally: Tally, name: str) -> Distribution | None:
    return tally.metrics[name].distribution() if name in tally.metrics else None


def _blocks(tally: Tally) -> list[Block]:
    made = []
    for number, one in sorted(tally.blocks.items()):
        medians = {name: found.median() for name, found in one.metrics.items()}
        made.append(Block(at=number * BLOCK, n=one.n, medians=medians))
    return made


def _statistic(tally: Tally, one: Objective) -> float | None:
    values = tally.metrics.get(one.subject)
    if values is None:
        return None
    exact = {"mean": values.total / values.n, "min": values.least, "max": values.most}
    return exact[one.statistic] if one.statistic in exact else values.percentile(float(one.statistic[1:]))
