"""A summary as a person reads it in a terminal."""

from azureml_bench.distribution import Distribution
from azureml_bench.metrics import metrics
from azureml_bench.summary import Summary
from azureml_emulator.table import columns

_SHOWN = ("mean", "p50", "p90", "p99", "p99.9", "max")


def table(summary: Summary) -> str:
    """Write it: whether it is valid, the load, the ends of requests, and each metric."""
    counts, rates = summary.counts, summary.rates
    offered = "closed loop" if rates.offered is None else f"offered {rates.offered:.1f}/s"
    lines = [
        f"{summary.url}  {summary.plan['schema']}, {'streamed' if summary.plan['stream'] else 'not streamed'}",
        f"{offered}, achieved {rates.achieved:.1f}/s, {counts.requests} requests, {counts.error_rate:.2%} in error",
        "",
        columns([["", *_SHOWN, "n"], *(_row(name, one) for name, one in summary.metrics.items())]),
    ]
    ends = ", ".join(f"{name} {count}" for name, count in sorted(summary.counts.outcomes.items()) if name != "ok")
    if ends:
        lines += ["", f"not ok: {ends}"]
    lines += [f"warning: {one}" for one in summary.warnings]
    lines += [f"NOT VALID: {one}" for one in summary.problems]
    return "\n".join(lines)


def _row(name: str, one: Distribution) -> list[str]:
    metric = metrics()[name]
    factor = 1000 if metric.unit == "ms" else 1
    return [f"{metric.title} [{metric.unit}]", *(f"{one[which] * factor:.1f}" for which in _SHOWN), str(one.n)]
