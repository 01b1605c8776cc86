"""What the charts of a report draw: a run's samples thinned out, and by slices of time. Values in, values out.

Whatever is left out lies between two values that are drawn: of each slice the highest and the lowest are kept.
Instants are in seconds since the run began, latencies in milliseconds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from math import ceil, log10
from typing import Any

from azureml_bench import outcome
from azureml_bench.distribution import percentile
from azureml_bench.metrics import metrics
from azureml_bench.objective import objectives
from azureml_bench.record import Record
from azureml_bench.sample import Sample, measured
from azureml_bench.silence import silences

_SECOND = 1e9
_WIDTHS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400)
_SLICES, _FEWEST = 240, 20
_COLUMNS = 400
_PER_COLUMN = 10
_ERRORS_PER_COLUMN = 4
_STEPS = 60
"""Points of a curve of percentiles for each further nine."""

Point = tuple[float, float]


def charts(kept: Record) -> dict[str, Any]:
    """Give what is drawn, ready for JSON."""
    head, samples = kept.head, kept.samples
    lasts = max([head.lasted, *(one.end / _SECOND for one in samples)], default=0.0)
    width = slice_width(lasts, len(samples))
    count = max(ceil(lasts / width - 0.25), 1)  # a bit at the end belongs to the slice before
    start = _sent if head.closed else _due
    good = [one for one in samples if one.ok]
    bad = [one for one in samples if not one.ok]

    def sliced(points: Iterable[Point]) -> list[list[float]]:
        return _sliced(points, width, count)

    names = sorted({one.outcome for one in bad}, key=_order)
    return {
        "width": width,
        "x": [short((number + 0.5) * width) for number in range(count)],
        "lasts": short(lasts),
        "warmup": head.phases.warmup,
        "sending": head.phases.sending,
        "closed": head.closed,
        "latency": _spread(sliced((start(one) / _SECOND, (one.end - start(one)) / 1e6) for one in good)),
        "dots": _columns([(start(one) / _SECOND, (one.end - start(one)) / 1e6) for one in good], lasts, _PER_COLUMN),
        "bad": {
            name: _columns(
                [(start(one) / _SECOND, (one.end - start(one)) / 1e6) for one in bad if one.outcome == name],
                lasts,
                _ERRORS_PER_COLUMN,
            )
            for name in names
        },
        "ttft": _spread(
            sliced((start(one) / _SECOND, (one.contents[0].at - start(one)) / 1e6) for one in _streamed(good))
        ),
        "itl": _spread(sliced(_gaps(good))),
        "rates": _rates(kept, good, width, sliced),
        "errors": {
            name: [len(one) for one in sliced((one.end / _SECOND, 0.0) for one in bad if one.outcome == name)]
            for name in names
        },
        "delay": {} if head.closed else _spread(sliced(_delays(samples))),
        "flight": _in_flight(samples, width, count),
        "percentiles": _percentiles(kept),
        "silences": [[short(one.since), short(one.until)] for one in silences(samples, closed=head.closed)],
    }


def slice_width(lasts: float, requests: int) -> float:
    """Choose seconds for a slice: so many slices fit a screen, and a few requests a slice."""
    for width in _WIDTHS:
        few = requests * width < 30 * lasts and lasts / width > _FEWEST
        if lasts / width <= _SLICES and not few and (width >= 1 or lasts < _FEWEST):
            return width
    return lasts / _SLICES


def _due(sample: Sample) -> int:
    return sample.intended


def _sent(sample: Sample) -> int:
    return sample.sent


def _order(name: str) -> int:
    names = [one.name for one in outcome.OUTCOMES]
    return names.index(name) if name in names else len(names)


def _streamed(samples: Iterable[Sample]) -> Iterable[Sample]:
    return (one for one in samples if one.contents)


def _gaps(samples: Iterable[Sample]) -> Iterable[Point]:
    for one in samples:
        for before, after in pairwise(one.contents):
            yield after.at / _SECOND, (after.at - before.at) / 1e6


def _delays(samples: Iterable[Sample]) -> Iterable[Point]:
    unsent = (outcome.CUT.name, outcome.DROPPED.name)
    return ((one.intended / _SECOND, (one.sent - one.intended) / 1e6) for one in samples if one.outcome not in unsent)


def _in_flight(samples: Iterable[Sample], width: float, count: int) -> list[int]:
    """Give the most requests that were out at once, in each slice."""
    sent = [one for one in samples if one.outcome != outcome.DROPPED.name]
    changes = sorted([(one.sent, 1) for one in sent] + [(one.end, -1) for one in sent])
    most, out, reached = [0] * count, 0, 0
    for at, change in changes:
        number = min(max(int(at / _SECOND / width), 0), count - 1)
        for between in range(reached + 1, number + 1):
            most[between] = out
        reached, out = number, out + change
        most[number] = max(most[number], out)
    return most


def _sliced(points: Iterable[Point], width: float, count: int) -> list[list[float]]:
    slices: list[list[float]] = [[] for _ in range(count)]
    for x, y in points:
        slices[min(max(int(x / width), 0), count - 1)].append(y)
    return slices


def _spread(slices: Sequence[list[float]]) -> dict[str, list[float | None]]:
    """Give the median, p99 and highest value of each slice; nothing where no slice has any."""
    if not any(slices):
        return {}
    ordered = [sorted(values) for values in slices]
    return {
        "p50": [short(percentile(values, 50)) if values else None for values in ordered],
        "p99": [short(percentile(values, 99)) if values else None for values in ordered],
        "max": [short(values[-1]) if values else None for values in ordered],
    }


def _columns(points: Sequence[Point], lasts: float, most: int) -> list[list[float]]:
    """Thin points out column by column: the highest, the lowest, and some between, evenly by rank, are left."""
    if len(points) > _COLUMNS * most:
        columns: dict[int, list[Point]] = {}
        for point in points:
            columns.setdefault(int(point[0] / lasts * _COLUMNS), []).append(point)
        points = [point for column in columns.values() for point in _ranks(column, most)]
    ordered = sorted(points)
    return [[short(x, 6) for x, _ in ordered], [short(y) for _, y in ordered]]


def _ranks(column: list[Point], most: int) -> Iterable[Point]:
    if len(column) <= most:
        return column
    ordered = sorted(column, key=lambda point: point[1])
    return (ordered[round(number * (len(ordered) - 1) / (most - 1))] for number in range(most))


def _rates(
    kept: Record, good: Iterable[Sample], width: float, sliced: Callable[[Iterable[Point]], list[list[float]]]
) -> Mapping[str, list[float]]:
    def per_second(instants: Iterable[int]) -> list[float]:
        return [short(len(one) / width) for one in sliced((at / _SECOND, 0.0) for at in instants)]

    told = {} if kept.head.closed else {"offered": per_second(one.intended for one in kept.samples)}
    limits = [one for one in objectives(kept.head.objectives) if one.per_request]
    told["achieved"] = per_second(one.end for one in good)
    if limits:
        told["goodput"] = per_second(one.end for one in good if all(limit.met_by(one) for limit in limits))
    return told


def _percentiles(kept: Record) -> dict[str, Any]:
    """Give curves of percentiles, the tail stretched: `nines` is 0 at p0, 1 at p90, 2 at p99, 3 at p99.9."""
    samples = list(measured(kept.samples))
    names = ("e2e", "ttft") if kept.head.closed else ("e2e_intended", "e2e", "ttft_intended")
    values = {name: sorted(metrics()[name].of(samples)) for name in names}
    values = {name: found for name, found in values.items() if found}
    longest = max(map(len, values.values()), default=0)
    if not longest:
        return {}
    most = min(max(log10(longest), 1.0), 5.0)
    nines = [number / _STEPS for number in range(round(most * _STEPS) + 1)]
    return {
        "nines": [short(one) for one in nines],
        "curves": {
            name: [short(percentile(found, 100 * (1 - 10**-one)) * 1000) for one in nines]
            for name, found in values.items()
        },
    }


def short(value: float, digits: int = 4) -> float:
    """Leave so many digits that mean something: more cannot be seen."""
    return float(f"{value:.{digits}g}")
