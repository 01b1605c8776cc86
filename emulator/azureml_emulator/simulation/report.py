"""What a person reads of a simulation: a few lines, and a table where there are several of something."""

from collections.abc import Iterator, Sequence

from azureml_emulator import table
from azureml_emulator.simulation.objective import Objective, milliseconds, percent
from azureml_emulator.simulation.summary import SHOWN, Distribution, Summary
from azureml_emulator.simulation.sweep import Sweep, Trial
from azureml_emulator.simulation.tally import SERVED


def told(summary: Summary) -> str:
    """Tell what came of one simulation."""
    rows = [
        ("offered", f"{summary.offered:,}", f"{summary.offered_per_s:.2f}/s", ""),
        ("served", f"{summary.served:,}", f"{summary.served_per_s:.2f}/s", ""),
    ]
    for status, number in _statuses(summary):
        rows.append(
            (status, f"{number:,}", percent(number / summary.offered), _why(summary.problems.get(status, "")))
        )
    times = {"latency": summary.latency, "ttft": summary.first, "queue": summary.queue}
    head = ("", "mean", *(f"p{one:g}" for one in SHOWN), "max")
    spread = [(name, *_cells(one)) for name, one in times.items() if one is not None]
    parts = [table.columns(rows), table.columns([head, *spread]), _use(summary)]
    if len(summary.parts) > 1:
        parts.append(_deployments(summary.parts))
    return "\n\n".join(parts)


def _statuses(summary: Summary) -> Iterator[tuple[str, int]]:
    """Give the statuses, that of served calls first."""
    yield from sorted(summary.statuses.items(), key=lambda one: (one[0] != SERVED, one[0]))


def _why(problem: str) -> str:
    """Tell in short what was said of the first call that had a status."""
    text = " ".join(problem.split())
    return f"such as: {text if len(text) <= 80 else text[:77] + '...'}" if text else ""


def _cells(times: Distribution) -> list[str]:
    if not times:
        return ["-"] * (len(SHOWN) + 2)
    return [milliseconds(one) for one in (times.mean, *map(times.percentile, SHOWN), times.percentile(100))]


def _use(summary: Summary) -> str:
    if summary.utilisation is None:
        return f"at work    {summary.at_work:.2f} calls on average; without a limit to them there is no utilisation"
    share = percent(summary.utilisation)
    return f"at work    {summary.at_work:.2f} calls on average, of {summary.slots} at once: {share} utilisation"


def _deployments(parts: Sequence[Summary]) -> str:
    head = ("endpoint", "deployment", "offered", "served", "errors", "p50", "p99", "queue p99", "utilisation")
    rows = [
        (
            one.endpoint,
            one.deployment or "-",
            f"{one.offered:,}",
            f"{one.served:,}",
            percent(one.errors),
            *([milliseconds(one.latency.percentile(share)) for share in (50.0, 99.0)] if one.latency else ["-", "-"]),
            milliseconds(one.queue.percentile(99.0)) if one.queue else "-",
            "-" if one.utilisation is None else percent(one.utilisation),
        )
        for one in parts
    ]
    return table.columns([head, *rows])


def verdict(summary: Summary, objectives: Sequence[Objective]) -> str:
    """Tell which objectives are met."""
    rows = [("objective", "is", "")]
    rows += [(one.text, one.shown(summary), "met" if one.met(summary) else "NOT MET") for one in objectives]
    return table.columns(rows)


def swept(sweep: Sweep, trials: Sequence[Trial], objectives: Sequence[Objective]) -> str:
    """Tell what came of each value, and mark the first that meets all objectives."""
    first = next((trial for trial in trials if trial.met), None) if objectives else None
    shown = [one for one in objectives if one.what not in ("errors", "p50", "p99", "utilisation")]
    head = (sweep.name, "served/s", "errors", "p50", "p99", "utilisation", *(one.what for one in shown), "")
    rows = [(*_row(trial.summary, trial.value), *(one.shown(trial.summary) for one in shown), "") for trial in trials]
    marked = [
        (*row[:-1], "<- the first that meets all" if trial is first else "meets all" if trial.met else "")
        if objectives
        else row
        for row, trial in zip(rows, trials, strict=True)
    ]
    return table.columns([head, *marked])


def _row(summary: Summary, value: float) -> tuple[str, ...]:
    times = [milliseconds(summary.latency.percentile(one)) if summary.latency else "-" for one in (50.0, 99.0)]
    busy = "-" if summary.utilisation is None else percent(summary.utilisation)
    return (f"{value:g}", f"{summary.served_per_s:.2f}", percent(summary.errors), *times, busy)


def answer(sweep: Sweep, trials: Sequence[Trial], objectives: Sequence[Objective], bisected: bool) -> str:
    """Say in a sentence which value it takes, and how that was found out."""
    slo = ",".join(one.text for one in objectives)
    first = next((trial for trial in trials if trial.met), None)
    how = "tried all" if not bisected else f"tried {len(trials)} of {len(sweep.values)}, halving"
    if first is None:
        last = " if more of it does no harm" if bisected else ""
        return f"no value meets {slo}{last} ({how})"
    trust = ", and holds if none behind it is worse" if bisected else ""
    return f"{sweep.name}={first.value:g} is the first that meets {slo} ({how}{trust})"
