"""Measured times as people keep them: tables of percentiles, JSON by the line, HdrHistogram's files.

Whatever cannot be read is a `ValueError` that names the file and the line.
"""

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

_KINDS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".hgrm": "hgrm", ".hlog": "hlog"}
_PERCENTILE = re.compile(r"p?(\d+(?:\.\d+)?)")
_MOST = 1e18
"""The largest number in a file: a thousand million seconds, in nanoseconds."""

Counts = list[tuple[float, int]]
"""Values, rising, and how often each was measured."""


def kind_of(file: str) -> str:
    """Tell by its name what is in a file: `jsonl`, `hgrm` or `hlog`."""
    suffix = Path(file).suffix.lower()
    if suffix not in _KINDS:
        raise ValueError(f"file: expected a name that ends in {', '.join(_KINDS)}, not {file!r}")
    return _KINDS[suffix]


def percentiles(given: Mapping[str, float]) -> list[tuple[float, float]]:
    """Sort percentiles that are given by name, such as `p99.9`."""
    found: dict[float, float] = {}
    for name, value in given.items():
        read = _PERCENTILE.fullmatch(name)
        percentile = float(read[1]) if read else -1.0
        if not 0 <= percentile <= 100:
            raise ValueError(f"percentiles: expected names from p0 to p100, such as p99.9, not {name!r}")
        if percentile in found:
            raise ValueError(f"percentiles: {name} stands here twice")
        found[percentile] = value
    if not found:
        raise ValueError("percentiles: expected at least one, such as {p50: 200}")
    return sorted(found.items())


def counted(values: Iterable[float], name: str) -> Counts:
    """Count equal values; `name` is what they are called if there are none."""
    counts = Counter(values)
    if not counts:
        raise ValueError(f"{name}: expected at least one measurement")
    return sorted(counts.items())


def lines(file: str, field: str) -> Counts:
    """Read the numbers of a field from a file with a JSON object in each line."""
    return counted((_in_line(place, text, field) for place, text in _lines(file)), file)


def table(file: str) -> list[tuple[float, float]]:
    """Read percentiles and their values from a table as HdrHistogram prints it: value, share from 0 to 1, more."""
    found: dict[float, float] = {}
    for place, text in _lines(file):
        if text.startswith("#") or text.split()[0] == "Value":
            continue
        words = text.split()
        value, share = (_number(word, place) for word in (words[:2] if len(words) > 1 else ["", ""]))
        if share > 1:
            raise ValueError(f"{place}: expected a share from 0 to 1 in the second column, not {share:g}")
        if found and share < max(found):
            raise ValueError(f"{place}: expected rising shares, but {share:g} comes after {max(found):g}")
        found[share] = value
    if not found:
        raise ValueError(f"{file}: expected lines of value and percentile, as HdrHistogram prints them")
    return [(100 * share, value) for share, value in found.items()]


def log(file: str) -> Counts:
    """Add up all histograms of a log. Needs `hdrhistogram`, of the extra `bench`."""
    try:
        from hdrh.codec import HdrCookieException, HdrLengthException
        from hdrh.histogram import HdrHistogram
    except ImportError:
        message = "a log of histograms needs the package hdrhistogram: pip install 'azureml-emulator[bench]'"
        raise ValueError(f"{file}: {message}") from None
    counts: Counter[float] = Counter()
    for place, text in _lines(file):
        if text.startswith(("#", '"')):
            continue
        encoded = text.rpartition(",")[2]
        try:
            histogram = HdrHistogram.decode(encoded)
        except (ValueError, zlib.error, HdrCookieException, HdrLengthException) as error:
            raise ValueError(f"{place}: expected a compressed histogram ({type(error).__name__})") from None
        for one in histogram.get_recorded_iterator():
            counts[float(one.value_iterated_to)] += one.count_at_value_iterated_to
    if not counts:
        raise ValueError(f"{file}: expected at least one histogram with a value")
    return sorted(counts.items())


def _lines(file: str) -> Iterator[tuple[str, str]]:
    """Give the lines that are not blank, each with its place."""
    try:
        text = Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file}: expected UTF-8 text") from None
    except ValueError as error:
        raise ValueError(f"{file!r}: cannot be read: {error}") from None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield f"{file}:{number}", line.strip()


def _in_line(place: str, text: str, field: str) -> float:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{place}: expected a JSON object") from None
    for name in field.split("."):
        if not isinstance(value, dict) or name not in value:
            known = f"; there are {', '.join(value)}" if isinstance(value, dict) and value else ""
            raise ValueError(f"{place}: no field {field!r}{known}")
        value = value[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{place}: expected a number in {field!r}, not {json.dumps(value)[:60]}")
    return _number(value, place)


def _number(given: Any, place: str) -> float:
    try:
        number = float(given)
    except (ValueError, OverflowError):
        number = -1.0
    if not 0 <= number <= _MOST:
        raise ValueError(f"{place}: expected a number from 0 to {_MOST:g}, not {str(given)[:60]}")
    return number
