"""The tables of a report: figures at a glance, what was asked, every metric, how requests ended, plan and machine."""

from collections.abc import Iterator, Mapping
from typing import Any

from azureml_bench.report.figures import of_metric, of_result, rate, share, time
from azureml_bench.report.markup import Markup, element, together
from azureml_bench.report.words import ends, figures, load, one_line, when
from azureml_bench.summary import Summary

_SHOWN = ("mean", "p50", "p90", "p95", "p99", "p99.9", "max")


def cards(told: Summary) -> Iterator[Markup]:
    """Give what somebody in a hurry wants to know."""
    counts, rates = told.counts, told.rates
    which = "e2e" if told.closed else "e2e_intended"
    shown = []
    if one := told.metrics.get(which):
        where = "from sending" if told.closed else "from intended start"
        shown = [("median latency", time(one["p50"]), where), ("p99 latency", time(one["p99"]), where)]
    if ttft := told.metrics.get("ttft"):
        shown.append(("median TTFT", time(ttft["p50"]), f"p99 {time(ttft['p99'])}"))
    if itl := told.metrics.get("itl"):
        shown.append(("median ITL", time(itl["p50"]), f"p99 {time(itl['p99'])}"))
    offered = "closed loop" if rates.offered is None else f"of {rate(rates.offered)} offered"
    shown.append(("achieved", rate(rates.achieved), offered))
    if told.goodput and rates.goodput is not None:
        shown.append(("goodput", rate(rates.goodput), f"{share(told.goodput.share)} within every limit"))
    made = [_card(*one) for one in shown]
    failed = f"{counts.bad:,} of {counts.ended:,} requests"
    made.append(_card("in error", share(counts.error_rate), failed, missed=counts.bad > 0))
    yield element("dl", *made, class_="cards")


def _card(name: str, figure: str, aside: str, *, missed: bool = False) -> Markup:
    return element(
        "div",
        element("dt", name),
        element("dd", figure, class_="figure"),
        element("dd", aside, class_="aside"),
        class_="card missed" if missed else "card",
    )


def objectives(told: Summary) -> Iterator[Markup]:
    """Give what was asked, and whether it was met."""
    if not told.objectives:
        return
    rows = []
    for one in told.objectives:
        verdict = element("span", "of each request", class_="note")
        if one.met is not None:
            verdict = element("span", "met" if one.met else "MISSED", class_="met" if one.met else "miss")
        measured = f"{of_result(one)} of requests" if one.per_request and one.measured is not None else of_result(one)
        rows.append([element("code", one.text), verdict, measured])
    yield element("h2", "What was asked")
    yield _section(_table(["objective", "verdict", "measured"], rows))


def metrics_table(told: Summary) -> Iterator[Markup]:
    """Give every metric with its formula."""
    if not told.metrics:
        return
    rows, few = [], False
    for metric, one in figures(told):
        cells: list[str] = [together(metric.title, element("span", metric.formula, class_="formula"))]
        for which in _SHOWN:
            mark = "*" if which in one.uncertain else ""
            few = few or bool(mark)
            cells.append(of_metric(metric.name, one[which]) + mark)
        rows.append([*cells, f"{one.n:,}"])
    yield element("h2", "Every figure")
    note = "Of good requests that were due after the warm-up; "
    note += {
        "usage": "tokens are counted by the server; ",
        "events": "tokens are counted as events with text, since the server does not count all; ",
        "none": "",
    }[told.tokens_from]
    note += "each percentile is a value that was measured (nearest rank)."
    note += " * fewer than 5 values are beyond it: another run may well differ." if few else ""
    yield _section(_table(["metric", *_SHOWN, "n"], rows, numbers=True), element("p", note, class_="note"))


def ends_table(told: Summary) -> Iterator[Markup]:
    """Give how requests ended that were not good, and what was said."""
    rows = [
        [
            element("code", name),
            f"{count:,}",
            together(about, element("code", said, class_="formula") if said else ""),
        ]
        for name, count, about, said in ends(told)
    ]
    if told.counts.retried:
        again = ", ".join(f"{name} {count}" for name, count in told.counts.retried.items())
        rows.append(["retried", f"{sum(told.counts.retried.values()):,}", f"tries that were made again: {again}"])
    if not rows:
        return
    yield element("h2", "What went wrong")
    note = []
    if told.failures:
        took = f"median {time(told.failures['p50'])}, highest {time(told.failures.max)}"
        note = [element("p", f"Requests in error took: {took}. They are in no latency above.", class_="note")]
    yield _section(_table(["end", "requests", "what it means, and what was said most"], rows), *note)


def about(told: Summary) -> Iterator[Markup]:
    """Give the plan and the machine, side by side."""
    harness, tool = told.harness, told.tool
    machine: dict[str, Any] = {
        "tool": f"{tool.name} {tool.version}",
        "Python": tool.python,
        "system": f"{tool.system}, {tool.processors} processors",
        "began": when(told),
        "CPU of the harness": f"{harness.cpu:.0%} of one core",
        "connections": harness.sockets,
    }
    if harness.delay:
        machine["dispatch delay"] = f"median {time(harness.delay['p50'])}, p99 {time(harness.delay['p99'])}"
    if harness.lag:
        machine["event loop woke late"] = f"p99 {time(harness.lag['p99'])}, at most {time(harness.lag.max)}"
    plan = {"URL": told.url, "load in words": load(told), **dict(_flat(told.plan)), "plan hash": told.plan_hash}
    yield element("h2", "Plan and machine")
    yield element(
        "div", _section(_pairs("plan", plan)), _section(_pairs("machine and harness", machine)), class_="two"
    )


def _flat(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name} ")
        elif value not in ("", None):
            timed = f"{before}{name}".endswith(("_s", "_s ")) or before.endswith("_s ")
            written = time(value) if timed and isinstance(value, int | float) else value
            yield f"{before}{name}".replace("_s ", " ").removesuffix("_s").replace("_", " "), written


def _pairs(title: str, settings: Mapping[str, Any]) -> Markup:
    rows = [[name, one_line(str(value), 400)] for name, value in settings.items()]
    return _table([title, "value"], rows)


def _section(*content: Markup) -> Markup:
    return element("section", *content, class_="tables")


def _table(head: list[str], rows: list[list[str]], *, numbers: bool = False) -> Markup:
    """Write a table, the first cell of a row being its head."""
    kind = "n" if numbers else "words"
    top = element(
        "tr", *(element("th", one, scope="col", class_="n" if numbers and at else "") for at, one in enumerate(head))
    )
    body = [
        element("tr", element("th", row[0], scope="row"), *(element("td", cell, class_=kind) for cell in row[1:]))
        for row in rows
    ]
    table = element("table", element("thead", top), element("tbody", *body))
    if not numbers:
        return element("div", table, class_="scroll")
    return element(
        "div", table, class_="scroll", tabindex="0", role="region", aria_label="Every figure, a wide table"
    )
