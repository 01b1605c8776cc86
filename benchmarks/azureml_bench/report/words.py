"""What is said of a run in words, wherever it is shown."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from azureml_bench import outcome
from azureml_bench.distribution import Distribution
from azureml_bench.metrics import Metric, metrics
from azureml_bench.report.figures import rate, share, time
from azureml_bench.summary import Summary

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def one_line(text: str, most: int = 160) -> str:
    """Write what an endpoint said so that it stays where it is put: no control characters, and not too long."""
    clean = _CONTROL.sub(" ", text).strip()
    return clean if len(clean) <= most else f"{clean[: most - 1]}…"


def load(told: Summary) -> str:
    """Say how the endpoint was loaded: `open loop, poisson arrivals, rate 50`."""
    found = told.plan.get("load")
    asked: dict[str, Any] = found if isinstance(found, dict) else {}
    if told.closed:
        users = asked.get("users", "some")
        pace = asked.get("pace_s")
        return f"closed loop, {users} user{'' if users == 1 else 's'}" + (
            f", one request each {pace:g} s" if pace else ""
        )
    rest = {name: value for name, value in asked.items() if name not in ("loop", "arrivals") and value is not None}
    settings = ", ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in rest.items())
    return one_line(
        ", ".join(part for part in ("open loop", f"{asked.get('arrivals', 'known')} arrivals", settings) if part)
    )


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else one_line(str(value), 60)


def asked(told: Summary) -> str:
    """Say what was asked for: the wire schema, and whether answers were streamed."""
    return f"{told.plan.get('schema', 'unknown schema')}, {'streamed' if told.plan.get('stream') else 'not streamed'}"


def when(told: Summary) -> str:
    """Say when the run began, and for how long it was measured."""
    try:
        began = datetime.fromtimestamp(told.began, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        began = "at an unknown time"
    return f"{began}, {time(told.lasted)} in all"


def rates(told: Summary) -> str:
    """Say what was offered, what was achieved, and what of that was good."""
    offered = [] if told.rates.offered is None else [f"offered {rate(told.rates.offered)}"]
    good = []
    if told.goodput and told.rates.goodput is not None:
        good = [f"goodput {rate(told.rates.goodput)} ({share(told.goodput.share)} of requests)"]
    return ", ".join([*offered, f"achieved {rate(told.rates.achieved)}", *good])


def ends(told: Summary) -> Iterator[tuple[str, int, str, str]]:
    """Give each way in which requests ended but `ok`: its name, how many, what it means, and what was said most."""
    about = {one.name: one.about for one in outcome.OUTCOMES}
    known = [one.name for one in outcome.OUTCOMES]
    order = sorted(told.counts.outcomes, key=lambda name: known.index(name) if name in known else len(known))
    for name in order:
        if name != outcome.OK.name and told.counts.outcomes[name]:
            yield name, told.counts.outcomes[name], about.get(name, ""), one_line(told.notes.get(name, ""))


def figures(told: Summary) -> Iterator[tuple[Metric, Distribution]]:
    """Give each metric and what it came to; one that is not known here, but to a later version, is left out."""
    for name, metric in metrics().items():
        if name in told.metrics:
            yield metric, told.metrics[name]


def quiet(told: Summary) -> Iterator[str]:
    """Say when nothing was answered; of a closed loop it is a warning already, since it hides it."""
    for one in () if told.closed else told.silences:
        yield f"no answer for {time(one.lasted)} from {one.since:.1f} s on, and {one.waiting} requests waited"
