"""Arrivals that somebody recorded: a file of timestamps.

An instant a line; or CSV with a head; or a JSON object a line, as logs have them. An instant is a number of seconds,
or ISO 8601. A column whose name ends in `_ms`, `_us` or `_ns` is in those. Instants are put in order, and count from
the first.
"""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any

from azureml_emulator.errors import ConfigError

COLUMNS = ("at", "timestamp", "time", "arrival", "intended", "start", "started", "sent", "ts", "date")
"""Columns that are looked for when none is named, with and without a unit behind."""
_UNITS = {"_s": 1.0, "_ms": 1e3, "_us": 1e6, "_ns": 1e9}


def read(file: str) -> list[float]:
    """Give the instants of `FILE` or `FILE#COLUMN` in seconds, in order, the first being 0. Raises `ConfigError`."""
    name, _, column = (file, "", "") if Path(file).exists() else file.partition("#")
    try:
        lines = Path(name).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ConfigError(f"--arrivals: {name}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"--arrivals: {name}: expected UTF-8 text") from None
    found = sorted(_instants(name, lines, column))
    if not found:
        raise ConfigError(f"--arrivals: {name}: expected a timestamp a line, found none")
    return [at - found[0] for at in found]


def _instants(name: str, lines: list[str], column: str) -> Iterator[float]:
    for number, value, unit in _values(name, lines, column):
        at = _seconds(value, unit)
        if at is None or not 0 <= at < inf:
            raise ConfigError(
                f"--arrivals: {name}:{number}: expected seconds, 0 or more, or a time such as "
                f"2026-01-31T12:00:00Z, not {str(value)[:60]!r}"
            )
        yield at


def _values(name: str, lines: list[str], column: str) -> Iterator[tuple[int, Any, float]]:
    """Give each instant as it is written, with its line and how many of its units make a second."""
    filled = [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    if filled and filled[0][1].startswith("{"):
        for number, line in filled:
            record = _record(name, number, line)
            chosen = _column(name, number, list(record), column)
            yield number, record[chosen], _unit(chosen)
    elif filled and _seconds(filled[0][1], 1.0) is None:
        head = next(csv.reader([filled[0][1]]))
        chosen = _column(name, filled[0][0], head, column)
        place = head.index(chosen)
        for (number, _), row in zip(filled[1:], csv.reader(line for _, line in filled[1:]), strict=False):
            yield number, row[place] if place < len(row) else "", _unit(chosen)
    else:
        yield from ((number, line, 1.0) for number, line in filled)


def _record(name: str, number: int, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise ConfigError(f"--arrivals: {name}:{number}: expected a JSON object a line, as on the first")
    return record


def _column(name: str, number: int, head: list[str], wanted: str) -> str:
    known = [wanted] if wanted else [one + unit for one in COLUMNS for unit in ("", *_UNITS)]
    chosen = next((one for one in known if one in head), None)
    if chosen is None:
        asked = f"a column {wanted!r}" if wanted else f"a column such as {', '.join(COLUMNS[:4])}, or FILE#COLUMN"
        raise ConfigError(f"--arrivals: {name}:{number}: expected {asked}; there are {', '.join(head)[:120]}")
    return chosen


def _unit(column: str) -> float:
    return next((size for ending, size in _UNITS.items() if column.endswith(ending)), 1.0)


def _seconds(value: Any, unit: float) -> float | None:
    """Read an instant; None if it is none. A time without a zone is UTC."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(value) / unit
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
