"""Sums a run up: from its requests to its summary."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any, Literal

from azureml_bench import outcome
from azureml_bench.distribution import Distribution
from azureml_bench.metrics import metrics
from azureml_bench.objective import Objective, objectives
from azureml_bench.record import Head, Record, record
from azureml_bench.remarks import remarks
from azureml_bench.run import Run
from azureml_bench.sample import Sample, measured
from azureml_bench.silence import silences
from azureml_bench.summary import BLOCK, Block, Counts, Goodput, Harness, Rates, Result, Summary


def summary(run: Run, slo: Iterable[str] = ()) -> Summary:
    """Sum a run up, and judge it by what is asked of it. Raises `WrongUsage` for what cannot be asked."""
    return of_record(record(run, slo))


def of_record(kept: Record) -> Summary:
    """Sum up what was kept of a run."""
    head, samples = kept.head, list(measured(kept.samples))
    counts = _counts(samples)
    told = {name: Distribution.of(metric.of(samples)) for name, metric in metrics().items() if _has(head, name)}
    delay = None if head.closed else Distribution.of(delays(samples))
    found = remarks(head.health, samples, head.phases, head.users)
    problems = [one.text for one in found if one.invalid]
    if not counts.ok:
        problems.append("no request got a whole answer: there is nothing to measure")
    asked = objectives(head.objectives)
    limits = [one for one in asked if one.per_request]
    judged = bool(limits) or any(one.subject == "goodput" for one in asked)
    goodput = _goodput(limits, samples) if judged else None
    rates = _rates(kept, limits if judged else None)
    return Summary(
        **of_head(head),
        valid=not problems,
        problems=problems,
        warnings=[one.text for one in found if not one.invalid],
        counts=counts,
        rates=rates,
        goodput=goodput,
        objectives=results(
            asked,
            counts,
            rates,
            goodput,
            share=lambda limit: _share(limit, samples),
            figure=lambda threshold: threshold.measured(samples) if threshold.subject in told else None,
        ),
        tokens_from=_tokens_from(samples),
        metrics={name: value for name, value in told.items() if value},
        failures=Distribution.of((one.end - one.sent) / 1e9 for one in samples if one.outcome in outcome.BAD),
        notes=_notes(samples),
        silences=silences(samples, closed=head.closed),
        harness=Harness(
            delay=delay, lag=Distribution.of(head.health.lags), cpu=head.health.cpu, sockets=head.health.sockets
        ),
        blocks=_blocks(head, samples, BLOCK),
    )


def of_head(head: Head) -> dict[str, Any]:
    """Give what a summary says of its run beside the figures."""
    same = ("tool", "url", "plan", "plan_hash", "closed", "began", "lasted")
    return {name: getattr(head, name) for name in same}


def _notes(samples: Iterable[Sample]) -> dict[str, str]:
    said: dict[str, Counter[str]] = {}
    for one in samples:
        if one.note and not one.ok:
            said.setdefault(one.outcome, Counter())[one.note] += 1
    return {name: notes.most_common(1)[0][0] for name, notes in sorted(said.items())}


def delays(samples: Iterable[Sample]) -> list[float]:
    """Say how late each request was sent, in seconds; those that never were sent are left out."""
    unsent = (outcome.CUT.name, outcome.DROPPED.name)
    return [(one.sent - one.intended) / 1e9 for one in samples if one.outcome not in unsent]


def blocks(run: Run, samples: Sequence[Sample], seconds: float = BLOCK) -> list[Block]:
    """Cut a run into slices by when requests were due."""
    return _blocks(record(run).head, samples, seconds)


def _blocks(head: Head, samples: Sequence[Sample], seconds: float) -> list[Block]:
    start = head.phases.warmup * 1e9
    slices: dict[int, list[Sample]] = {}
    for one in samples:
        slices.setdefault(int((one.intended - start) // (seconds * 1e9)), []).append(one)
    made = []
    for number in sorted(slices):
        pooled = {name: list(metric.of(slices[number])) for name, metric in metrics().items()}
        medians = {name: median(values) for name, values in pooled.items() if values and _has(head, name)}
        made.append(Block(at=number * seconds, n=len(slices[number]), medians=medians))
    return made


def _has(head: Head, name: str) -> bool:
    """Say whether a run can have a metric: a closed loop has no intended start."""
    return not (head.closed and name.endswith("_intended"))


def _counts(samples: Sequence[Sample]) -> Counts:
    ended = Counter(one.outcome for one in samples)
    again = Counter(how for one in samples for how in one.retried)
    return Counts(requests=len(samples), ok=ended[outcome.OK.name], outcomes=dict(ended), retried=dict(again))


def _goodput(limits: Sequence[Objective], samples: Sequence[Sample]) -> Goodput:
    """Count requests that met every limit; without any, those that went well."""
    judged = [one for one in samples if one.outcome != outcome.CUT.name]
    good = sum(one.ok and all(limit.met_by(one) for limit in limits) for one in judged)
    return Goodput(good=good, judged=len(judged), share=good / len(judged) if judged else 0.0)


def _share(limit: Objective, samples: Sequence[Sample]) -> float | None:
    met = _goodput([limit], samples)
    return met.share if met.judged else None


def results(
    asked: Iterable[Objective],
    counts: Counts,
    rates: Rates,
    goodput: Goodput | None,
    share: Callable[[Objective], float | None],
    figure: Callable[[Objective], float | None],
) -> list[Result]:
    """Judge objectives. `share` gives that of requests which meet a limit, `figure` the statistic of a threshold."""

    def told(one: Objective) -> float | None:
        if one.per_request:
            return share(one)
        if one.statistic:
            return figure(one)
        if one.subject == "errors":
            return counts.error_rate if counts.ended else None
        if one.subject == "achieved":
            return rates.achieved
        if goodput is None:
            return None
        return goodput.share if one.unit == "share" else rates.goodput

    return [_result(one, told(one)) for one in asked]


def _result(one: Objective, measured: float | None) -> Result:
    return Result(
        text=one.text,
        subject=one.subject,
        per_request=one.per_request,
        measured=measured,
        limit=one.limit,
        unit=one.unit,
        met=None if one.per_request else measured is not None and one.kept(measured),
    )


def _rates(kept: Record, limits: Sequence[Objective] | None) -> Rates:
    """Credit the offer with what was due in the window, the achievement with what ended in it."""
    phases = kept.head.phases
    first, last = phases.warmup * 1e9, phases.sending * 1e9
    ended = [one for one in kept.samples if one.ok and first <= one.end < last]
    due = sum(one.phase == "measure" for one in kept.samples)
    good = sum(all(limit.met_by(one) for limit in limits or ()) for one in ended)
    return Rates(
        offered=None if kept.head.closed else due / phases.measure,
        achieved=len(ended) / phases.measure,
        goodput=None if limits is None else good / phases.measure,
    )


def _tokens_from(samples: Iterable[Sample]) -> Literal["usage", "events", "none"]:
    """Name the worst source that was needed: one request whose server told nothing is counted by its events."""
    good = [one for one in samples if one.ok]
    if good and all(one.tokens is not None for one in good):
        return "usage"
    return "events" if any(one.events for one in good) else "none"
