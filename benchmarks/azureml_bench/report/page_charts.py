"""The charts of a report: what each shows, and the same in a sentence for who cannot see it."""

from collections.abc import Iterator, Mapping
from typing import Any

from azureml_bench.report.figures import rate, share, time
from azureml_bench.report.markup import Markup, element
from azureml_bench.summary import Summary


def figures(drawn: Mapping[str, Any], told: Summary) -> Iterator[Markup]:
    """Give the charts of a run in their order; one that has nothing to show says so, or is left out."""
    start = "sent" if told.closed else "due"
    width = f"{drawn['width']:g} s"
    latency = "sending" if told.closed else "intended start"
    if drawn["latency"] or any(xs for xs, _ in drawn["bad"].values()):
        yield _figure("latency", f"Latency from {latency}", _latency(drawn, told, width, start), wide=True, log=True)
    else:
        yield _nothing("Latency", "No request got an answer.")
    if drawn["percentiles"]:
        yield _figure("percentiles", "Latency by percentile", _percentiles(told), wide=True, log=True)
    title = "Achieved" if told.closed else "Offered and achieved"
    yield _figure("rates", title, _rates(drawn, told, width))
    if drawn["errors"]:
        yield _figure("errors", "Errors by class", _errors(told, width))
    else:
        yield _nothing("Errors by class", "No request failed.")
    if drawn["delay"]:
        yield _figure("delay", "Dispatch delay", _delay(told))
    elif told.closed:
        yield _nothing("Dispatch delay", "A closed loop has no time at which a request should have been sent.")
    if any(drawn["flight"]):
        yield _figure("flight", "Requests out at once", _flight(drawn, width))
    if drawn["ttft"]:
        yield _figure(
            "ttft", f"Time to first token, from {latency}", _spread(drawn, "ttft", f"by when requests were {start}")
        )
    if drawn["itl"]:
        yield _figure("itl", "Inter-token latency", _spread(drawn, "itl", "by when the later token came"))


def _figure(name: str, title: str, says: str, *, wide: bool = False, log: bool = False) -> Markup:
    caption = [element("h3", title)]
    if log:
        caption.append(
            element(
                "button",
                "Log scale",
                type_="button",
                data_log=True,
                data_script=True,
                hidden=True,
                aria_pressed="false",
            )
        )
    return element(
        "figure",
        element("figcaption", *caption),
        element("p", says, class_="says", id_=f"says-{name}"),
        element(
            "div", class_="chart", data_chart=name, role="img", aria_label=title, aria_describedby=f"says-{name}"
        ),
        element("details", element("summary", "Its figures"), data_of=name, hidden=True, data_script=True),
        class_="wide" if wide else "",
    )


def _nothing(title: str, says: str) -> Markup:
    caption = element("figcaption", element("h3", title))
    return element("figure", caption, element("p", says, class_="none"), class_="empty wide")


def _latency(drawn: Mapping[str, Any], told: Summary, width: str, start: str) -> str:
    said = [f"Each dot is a request at the time at which it was {start}; lines are of every {width}."]
    if drawn["bad"]:
        said.append("Crosses are requests that failed.")
    if drawn["warmup"] or drawn["lasts"] > 1.01 * drawn["sending"]:
        said.append("What is shaded grey was not measured (warm-up) or only awaited (drain).")
    if drawn["silences"]:
        said.append("Shaded red: nothing was answered, though several waited.")
    one = told.metrics.get("e2e" if told.closed else "e2e_intended")
    if one:
        said.append(f"Median {time(one['p50'])}, p99 {time(one['p99'])}, highest {time(one.max)}.")
    return " ".join(said)


def _percentiles(told: Summary) -> str:
    said = "So many requests were as fast or faster; the scale stretches the slowest few."
    intended, sent = told.metrics.get("e2e_intended"), told.metrics.get("e2e")
    if intended and sent:
        gap = intended["p99"] - sent["p99"]
        said += f" At p99 {time(intended['p99'])} from intended start and {time(sent['p99'])} from sending"
        said += (
            ": being sent late made the difference." if gap > 0.05 * sent["p99"] else ": the harness added little."
        )
    return said


def _rates(drawn: Mapping[str, Any], told: Summary, width: str) -> str:
    achieved = f"Good answers by when they ended, in every {width}: {rate(told.rates.achieved)} on average"
    if told.rates.offered is None:
        return f"{achieved}. In a closed loop the endpoint sets the pace, so nothing is offered."
    more = ", and of these, those within every objective" if "goodput" in drawn["rates"] else ""
    return f"{achieved}, of {rate(told.rates.offered)} that were due{more}."


def _errors(told: Summary, width: str) -> str:
    found = ", ".join(f"{count} {name}" for name, count in told.counts.outcomes.items() if name != "ok")
    said = f"Requests in every {width}, by when they ended; {share(told.counts.error_rate)} in error"
    return f"{said}: {found}." if found else f"{said}; all of these before anything was measured."


def _delay(told: Summary) -> str:
    delay = told.harness.delay
    said = "How late requests were sent: the harness's own doing, and part of latency from intended start."
    return said if delay is None else f"{said} Median {time(delay['p50'])}, p99 {time(delay['p99'])}."


def _flight(drawn: Mapping[str, Any], width: str) -> str:
    most = max(drawn["flight"])
    return f"The most that were sent and not answered yet, in every {width}: {most:,} at the highest."


def _spread(drawn: Mapping[str, Any], name: str, by: str) -> str:
    medians = [value for value in drawn[name]["p50"] if value is not None]
    highest = max(value for value in drawn[name]["max"] if value is not None)
    low, high = time(min(medians) / 1000), time(max(medians) / 1000)
    return f"Median, p99 and highest, {by}. Medians are from {low} to {high}; the highest is {time(highest / 1000)}."
