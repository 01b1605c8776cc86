"""A measurement of clients as a person reads it in a terminal."""

from collections.abc import Iterable

from azureml_bench.distribution import Distribution
from azureml_bench.overhead.result import Client, Report, Row, Setting, where
from azureml_emulator.table import columns

_NONE = "-"


def table(report: Report, floor: str) -> str:
    """Write it."""
    what = "streamed" if report.stream else "not streamed"
    lines = [f"What each client adds to the endpoint's own time: schema {report.schema_}, {what}; milliseconds."]
    for setting in report.settings:
        lines += ["", where(setting), _setting(setting, report.stream, floor), *_subtracted(setting)]
    started = [one for one in report.clients if one.startup]
    if started:
        lines += ["", "before the first answer, in fresh processes", _startups(started)]
    lines += ["", *_legend(floor, report.stream)]
    untold = [one.not_measured for one in report.clients if one.problem and one.not_measured not in report.problems]
    lines += untold
    lines += [f"warning: {one}" for one in report.warnings]
    lines += [f"NOT VALID: {one}" for one in report.problems]
    return "\n".join(lines)


def _setting(setting: Setting, stream: bool, floor: str) -> str:
    ratios = [row.ratio for row in setting.rows if row.ratio]
    head = ["", "added p50", "p90", "p99", "above floor", "CPU a call", "calls/s"]
    head += ["TTFT added p50", "p99"] if stream else []
    head += [f"times {ratios[0].to} (95 %)"] if ratios else []
    return columns([head, *(_row(row, stream, bool(ratios), floor) for row in setting.rows)])


def _row(row: Row, stream: bool, compared: bool, floor: str) -> list[str]:
    cells = [row.client, *_percentiles(row.added, "p50", "p90", "p99")]
    cells += [_NONE if row.client == floor else _ms(row.above_floor), _ms(row.cpu), f"{row.rate:.0f}"]
    if row.added is None:
        cells[5:] = [_NONE, _NONE]
    if stream:
        cells += _percentiles(row.first_added, "p50", "p99")
    return [*cells, _ratio(row)] if compared else cells


def _ratio(row: Row) -> str:
    if row.ratio is None:
        return _NONE
    low, high = ("?" if end is None else f"{end:.2f}" for end in (row.ratio.low, row.ratio.high))
    return f"{row.ratio.estimate:.2f} ({low} to {high})"


def _subtracted(setting: Setting) -> Iterable[str]:
    served = setting.served
    if served:
        p50, p99 = _ms(served["p50"], 3), _ms(served["p99"], 3)
        yield f"subtracted, call by call: the endpoint's own time, p50 {p50}, p99 {p99}"


def _startups(clients: Iterable[Client]) -> str:
    rows = [["", "import and make", "first call adds", "modules", "a call holds", "Python"]]
    for one in clients:
        assert one.startup
        told = one.startup
        holds = _NONE if told.peak is None else f"{told.peak / 1024:.0f} KiB"
        rows.append([one.label, _ms(told.ready, 0), _ms(told.first_added), str(told.modules), holds, told.python])
    return columns(rows)


def _legend(floor: str, stream: bool) -> list[str]:
    lines = [
        "added: from just before the client is called to when it has given its answer, less what the emulator's",
        "  journal says that it took for that very call, from having read the request's last byte to writing the",
        "  answer's last.",
        f"{floor}: a bare socket that does nothing else. What it adds is this machine's: both ways through its",
        "  network, and how long processes take to wake up. No client can be below it.",
        "CPU a call: processor time of the client's process, its part of this program included.",
    ]
    return lines + (
        ["TTFT added: the same until the first text, less the time to the answer's first byte."] if stream else []
    )


def _percentiles(told: Distribution | None, *which: str) -> list[str]:
    return [_ms(told[one] if told else None) for one in which]


def _ms(seconds: float | None, digits: int = 2) -> str:
    return _NONE if seconds is None else f"{seconds * 1e3:.{digits}f}"
