"""A summary as a person reads it in a terminal, the verdict first."""

from collections.abc import Iterator

from azureml_bench.distribution import Distribution
from azureml_bench.metrics import Metric
from azureml_bench.report.figures import of_metric, of_result, share, time
from azureml_bench.report.words import asked, ends, figures, load, one_line, quiet, rates
from azureml_bench.summary import Summary

_ALIKE = 0.02
_SHOWN = ("mean", "p50", "p90", "p99", "p99.9", "max")


def table(summary: Summary) -> str:
    """Write it: whether it is valid, what was asked and met, the load, each metric, and what went wrong."""
    counts = summary.counts
    failed = f"{share(counts.error_rate)} in error" if counts.bad else "none in error"
    cut = f", {counts.cut} cut off" if counts.cut else ""
    lines = [
        *(f"NOT VALID: {one_line(one, 400)}" for one in summary.problems),
        f"{one_line(summary.url)}  {asked(summary)}",
        load(summary),
        f"{rates(summary)}; {counts.requests:,} requests, {failed}{cut}",
    ]
    blocks = [_objectives(summary), _metrics(summary), _ends(summary), _remarks(summary)]
    for block in map(list, blocks):
        lines += ["", *block] if block else []
    return "\n".join(lines)


def _objectives(summary: Summary) -> Iterator[str]:
    width = max((len(one.text) for one in summary.objectives), default=0)
    for one in summary.objectives:
        if one.met is None:
            measured = f"{of_result(one)} of requests" if one.measured is not None else of_result(one)
            yield f"each     {one.text.ljust(width)}  {measured}"
        else:
            yield f"{'met   ' if one.met else 'MISSED'}   {one.text.ljust(width)}  {of_result(one)}"


def _metrics(summary: Summary) -> Iterator[str]:
    """Write a row for each metric that says more than the others, and what the figures rest on."""
    if not summary.metrics:
        return
    told = [(metric, one) for metric, one in figures(summary) if _says_more(metric.name, summary)]
    rows = [["", *_SHOWN, "n"], *(_row(metric, one) for metric, one in told)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first, *cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join([row[0].ljust(len(first)), *cells]).rstrip()
    if any(which in one.uncertain for _, one in told for which in _SHOWN):
        yield "* fewer than 5 values are beyond it: another run may well differ"
    if summary.tokens_from == "events":
        yield "tokens are counted as events with text, since the server does not count all of them"
    elif summary.tokens_from == "usage":
        yield "tokens are counted by the server"


def _says_more(name: str, summary: Summary) -> bool:
    """Leave out what another row says: a first byte that came with the last, and bytes where there are characters."""
    whole, first = summary.metrics.get("e2e"), summary.metrics[name]
    if name == "ttfb" and whole:
        return any(abs(first[which] - whole[which]) > _ALIKE * whole[which] for which in ("p50", "p99"))
    return name != "output_bytes" or "output_characters" not in summary.metrics


def _row(metric: Metric, one: Distribution) -> list[str]:
    cells = [of_metric(metric.name, one[which]) + ("*" if which in one.uncertain else " ") for which in _SHOWN]
    return [metric.title, *cells, f"{one.n:,}"]


def _ends(summary: Summary) -> Iterator[str]:
    found = list(ends(summary))
    names = max((len(name) for name, *_ in found), default=0)
    digits = max((len(f"{count:,}") for _, count, *_ in found), default=0)
    for name, count, about, said in found:
        yield f"{name.ljust(names)}  {count:>{digits},}  {said or about}"
    if summary.failures:
        took = f"median {time(summary.failures['p50'])}, highest {time(summary.failures.max)}"
        yield f"these took {took}, and are in no figure above"
    if summary.counts.retried:
        again = ", ".join(f"{name} {count:,}" for name, count in sorted(summary.counts.retried.items()))
        yield f"retried: {again}"


def _remarks(summary: Summary) -> Iterator[str]:
    yield from (f"note: {one}" for one in quiet(summary))
    yield from (f"warning: {one_line(one, 600)}" for one in summary.warnings)
