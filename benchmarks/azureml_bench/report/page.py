"""A run as a page for the browser: one file that needs no network, in which nothing that was measured is markup."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files

from azureml_bench.record import Record
from azureml_bench.report import page_charts, page_tables
from azureml_bench.report.markup import Markup, data, element, together
from azureml_bench.report.output import Parts
from azureml_bench.report.series import charts
from azureml_bench.report.words import asked, load, quiet, when
from azureml_bench.summary import Summary

_STYLES = ("vendor/uPlot.min.css", "assets/page.css")
_SCRIPTS = ("vendor/uPlot.iife.min.js", "assets/page.js")


def parts(kept: Record, told: Summary) -> Parts:
    """Write it."""
    return {"": page(kept, told)}


def page(kept: Record, told: Summary) -> str:
    """Write the whole page."""
    drawn = charts(kept)
    head = together(
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">'),
        element("title", f"{'' if told.valid else 'NOT VALID: '}Latency of {told.url}"),
        *(element("style", Markup(_file(style))) for style in _STYLES),
    )
    body = element(
        "main",
        *_top(told),
        *page_tables.cards(told),
        *page_tables.objectives(told),
        element("h2", "Over time"),
        element("div", *page_charts.figures(drawn, told), class_="charts"),
        *page_tables.metrics_table(told),
        *page_tables.ends_table(told),
        *page_tables.about(told),
        element("footer", f"Made by azureml-bench {told.tool.version}; charts by uPlot 1.6.32 (MIT licence)."),
    )
    script = element("script", data(drawn), type_="application/json", id_="data")
    run = together(*(element("script", Markup(_file(one))) for one in _SCRIPTS))
    licence = f"<!-- uPlot, which is in this file:\n{_file('vendor/LICENSE')}-->"
    whole = f"<head>{head}</head>\n<body>{body}\n{script}\n{licence}\n{run}</body>"
    return f'<!DOCTYPE html>\n<html lang="en">{whole}</html>\n'


def _top(told: Summary) -> Iterator[Markup]:
    title = element(
        "div",
        element("h1", f"Latency of {told.url}"),
        element("p", " · ".join([asked(told), load(told), when(told)]), class_="what"),
    )
    yield element(
        "header", title, element("button", "Dark", id_="scheme", type_="button", hidden=True, data_script=True)
    )
    if told.valid:
        verdict = "Valid, with something to know." if told.warnings else "Valid: the harness kept up."
        yield element("div", element("strong", verdict), class_="banner valid", role="status")
    else:
        problems = element("ul", *(element("li", one) for one in told.problems))
        verdict = element("strong", "NOT VALID: these figures are not the endpoint's.")
        yield element("div", verdict, problems, class_="banner invalid", role="alert")
    warnings = [*told.warnings, *quiet(told)]
    if warnings:
        listed = element("ul", *(element("li", one) for one in warnings))
        yield element(
            "div", element("strong", "Know this when you read on"), listed, class_="banner warning", role="note"
        )


@cache
def _file(name: str) -> str:
    return files("azureml_bench.report").joinpath(name).read_text(encoding="utf-8")


@cache
def _policy() -> str:
    """Allow what this page brings, and nothing else: not even markup that got in could load or run a thing."""

    def hashes(names: Iterable[str]) -> str:
        return " ".join(f"'sha256-{b64encode(sha256(_file(name).encode()).digest()).decode()}'" for name in names)

    allowed = f"script-src {hashes(_SCRIPTS)}; style-src {hashes(_STYLES)}"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
