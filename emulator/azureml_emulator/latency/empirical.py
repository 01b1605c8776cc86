"""Lengths of time as they were measured: from percentiles, from samples, or from a file of either."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import nextafter
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator
from pydantic.dataclasses import dataclass

from azureml_emulator.files import FilePath
from azureml_emulator.latency import measurements
from azureml_emulator.latency.distribution import Distribution
from azureml_emulator.latency.model import STRICT, Milliseconds

_UNITS = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3}


class Quantiles(NamedTuple):
    """What share of all lies at or below which value; straight lines in between, so that a step is two points."""

    shares: Sequence[float]
    values: Sequence[float]

    def at(self, share: float) -> float:
        """Give the value that a share lies below; beyond the first and the last point it stays what it is there."""
        after = bisect_right(self.shares, share)
        if after in (0, len(self.shares)):
            return self.values[min(after, len(self.shares) - 1)]
        low, high = self.shares[after - 1], self.shares[after]
        return self.values[after - 1] + (self.values[after] - self.values[after - 1]) * (share - low) / (high - low)


def _of_counts(counts: Sequence[tuple[float, int]]) -> Quantiles:
    """Give as much room to each value as it has samples."""
    shares: list[float] = []
    values: list[float] = []
    total, below = sum(count for _, count in counts), 0
    for value, count in counts:
        shares += (below / total, nextafter((below + count) / total, 0.0))
        values += (value, value)
        below += count
    return Quantiles(shares, values)


def _of_percentiles(percentiles: Sequence[tuple[float, float]]) -> Quantiles:
    """Take percentiles and their values, rising both."""
    for (_, former), (percentile, value) in pairwise(percentiles):
        if value < former:
            raise ValueError(f"p{percentile:g}: expected no less than the {former:g} below it, not {value:g}")
    return Quantiles([one / 100 for one, _ in percentiles], [value for _, value in percentiles])


def _named(given: Any) -> Any:
    return {str(name): value for name, value in given.items()} if isinstance(given, Mapping) else given


@dataclass(frozen=True, config=STRICT)
class Empirical(Distribution):
    """Times as they were measured: one of `percentiles`, `samples_ms` or `file` says which.

    Percentiles are joined by straight lines; below the lowest and above the highest one given, times stay at its
    value, so `p0` and `p100` say how far they reach. Of samples, one is drawn as it is. A file is a JSONL of
    measurements (`.jsonl`, of which `field` names the number), a table of percentiles as HdrHistogram prints it
    (`.hgrm`), or its log of histograms (`.hlog`, which needs the extra `bench`). It is read once, with the settings.
    """

    example = MappingProxyType({"percentiles": {"p0": 80, "p50": 200, "p90": 450, "p99": 1200, "p100": 3000}})

    percentiles: Annotated[dict[str, Milliseconds], BeforeValidator(_named)] | None = None
    """The milliseconds of some percentiles, such as `{p50: 200, p99: 1200, p99.9: 3000}`."""
    samples_ms: tuple[Milliseconds, ...] | None = None
    """Measured times, in milliseconds."""
    file: FilePath | None = None
    """A file of measurements; a relative path starts at the configuration file."""
    field: str | None = None
    """What holds the time in each line of a JSONL file; dots lead into objects, such as `timing.total`."""
    unit: Literal["ns", "us", "ms", "s"] = "ms"
    """The unit of the numbers in the file."""

    def __post_init__(self) -> None:
        given = [one for one in ("percentiles", "samples_ms", "file") if getattr(self, one) is not None]
        if len(given) != 1:
            raise ValueError(f"expected one of percentiles, samples_ms and file, not {' and '.join(given) or 'none'}")
        if self.file is None and (self.field is not None or self.unit != "ms"):
            raise ValueError("field and unit are for a file")
        object.__setattr__(self, "_quantiles", self._read())

    def seconds(self, units: Iterator[float]) -> float:
        quantiles: Quantiles = self._quantiles  # type: ignore[attr-defined]
        return quantiles.at(next(units)) / 1000

    def _read(self) -> Quantiles:
        if self.percentiles is not None:
            return _of_percentiles(measurements.percentiles(self.percentiles))
        if self.samples_ms is not None:
            return _of_counts(measurements.counted(self.samples_ms, "samples_ms"))
        assert self.file is not None
        unit = _UNITS[self.unit]
        kind = measurements.kind_of(self.file)
        if (kind == "jsonl") != (self.field is not None):
            raise ValueError("field: expected for a .jsonl file, and for no other")
        if kind == "hgrm":
            return _of_percentiles([(one, value * unit) for one, value in measurements.table(self.file)])
        read = measurements.log(self.file) if kind == "hlog" else measurements.lines(self.file, self.field or "")
        return _of_counts([(value * unit, count) for value, count in read])
