"""HDR histograms of a run: what other tools read, within a thousandth; the exact figures are in the summary."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from azureml_bench.distribution import Distribution
from azureml_bench.extra import need
from azureml_bench.metrics import Metric
from azureml_bench.sample import Sample

_FIGURES = 3
_NANOSECONDS = 1_000_000_000
_LONGEST = 24 * 3600 * _NANOSECONDS
_MILLISECOND = 1e6
_TICKS = 5
_LEGEND = '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"'
_MOST = 600
"""So many slices of a log are enough, each of a second or more."""


def ready() -> None:
    """Raise `MissingExtra` where histograms cannot be made."""
    need("hdrh.histogram", "bench", "an HDR log")


def histogram(seconds: Iterable[float]) -> Any:
    """Count lengths of time in an `HdrHistogram`, in nanoseconds. Raises `MissingExtra`."""
    made = need("hdrh.histogram", "bench", "an HDR log").HdrHistogram(1, _LONGEST, _FIGURES)
    for one in seconds:
        made.record_value(min(max(round(one * _NANOSECONDS), 0), _LONGEST))
    return made


def log(metrics: Mapping[str, Metric], samples: Sequence[Sample], began: float) -> Iterator[str]:
    """Write an interval log, version 1.3: a line for each metric, its tag, in each slice by when requests ended.

    `began` is in Unix seconds. Lines are without line ends; values in them are nanoseconds, the maximum milliseconds.
    """
    at = datetime.fromtimestamp(began, UTC).isoformat()
    yield "#[Logged with azureml-bench]"
    yield "#[Histogram log format version 1.3]"
    yield f"#[StartTime: {began:.3f} (seconds since epoch), {at}]"
    yield f"#[BaseTime: {began:.3f} (seconds since epoch)]"
    yield _LEGEND
    last = max((one.end for one in samples), default=0) / _NANOSECONDS
    width = max(-(-int(last + 1) // _MOST), 1)
    slices: dict[int, list[Sample]] = {}
    for one in samples:
        slices.setdefault(one.end // (width * _NANOSECONDS), []).append(one)
    for number in sorted(slices):
        for name, metric in metrics.items():
            values = list(metric.of(slices[number]))
            if values:
                payload = histogram(values).encode().decode()
                yield f"Tag={name},{number * width:.3f},{width:.3f},{max(values) * 1000:.6f},{payload}"


def percentiles(seconds: Sequence[float]) -> Iterator[str]:
    """Write the percentiles of an HDR histogram in milliseconds (`.hgrm`), without line ends.

    Mean, spread and highest value are the exact ones.
    """
    counted, exact = histogram(seconds), Distribution.of(seconds)
    yield f"{'Value':>12} {'Percentile':>14} {'TotalCount':>10} {'1/(1-Percentile)':>14}"
    yield ""
    for step in counted.get_percentile_iterator(_TICKS):
        value, share = step.value_iterated_to / _MILLISECOND, step.percentile_level_iterated_to / 100
        line = f"{value:12.3f} {share:2.12f} {step.total_count_to_this_value:10d}"
        yield line if share >= 1 else f"{line} {1 / (1 - share):14.2f}"
    if exact:
        yield f"#[Mean    = {exact.mean * 1000:12.3f}, StdDeviation   = {exact.sd * 1000:12.3f}]"
        yield f"#[Max     = {exact.max * 1000:12.3f}, Total count    = {exact.n:12d}]"
        yield f"#[Buckets = {counted.bucket_count:12d}, SubBuckets     = {counted.sub_bucket_count:12d}]"
