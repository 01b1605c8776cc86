"""What is asked of a run: thresholds for it as a whole, and limits for each request, whose keeping is goodput."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from types import MappingProxyType
from typing import Literal

from azureml_bench.distribution import percentile
from azureml_bench.metrics import Metric, metrics
from azureml_bench.sample import Sample
from azureml_bench.usage import WrongUsage
from azureml_emulator.durations import seconds

Unit = Literal["s", "/s", "share"]

_SIGNS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType({"<=": le, ">=": ge, "<": lt, ">": gt})
_FIGURES: Mapping[str, tuple[Unit, ...]] = MappingProxyType(
    {"errors": ("share",), "goodput": ("share", "/s"), "achieved": ("/s",)}
)
"""Figures of a whole run, and in which units they can be asked for."""
_WHOLE = re.compile(r"\s*(?P<subject>\w+)(?::(?P<statistic>[\w.]+))?\s*(?P<sign><=|>=|<|>)\s*(?P<limit>\S.*?)\s*")
_STATISTIC = re.compile(r"mean|min|max|p(\d+(?:\.\d+)?)")
_EXAMPLE = "such as e2e:p99<2s (of the run), ttft<500ms (of each request), errors<1% or goodput>95%"


@dataclass(frozen=True)
class Objective:
    """One thing that is asked.

    `subject` is a metric or a figure of the whole run, `statistic` of a metric's values what is compared; without one
    every request is judged by itself. `limit` is in seconds, per second, or a share from 0 to 1, as `unit` says.
    """

    text: str
    subject: str
    statistic: str
    sign: str
    limit: float
    unit: Unit

    @property
    def per_request(self) -> bool:
        """Whether it is asked of every request, and not of the run."""
        return self.subject in metrics() and not self.statistic

    def kept(self, value: float) -> bool:
        """Say whether a value is within the limit."""
        return _SIGNS[self.sign](value, self.limit)

    def met_by(self, sample: Sample) -> bool:
        """Say whether a request is as it should be; one that has no such value, as one token has no ITL, is."""
        metric = metrics()[self.subject]
        value = None if metric.retried and sample.tries == 1 else metric.whole(sample)
        return sample.ok and (value is None or self.kept(value))

    def measured(self, samples: Sequence[Sample]) -> float | None:
        """Give the figure that a threshold on a metric is about; None where no request has any value."""
        ordered = sorted(metrics()[self.subject].of(samples))
        if not ordered:
            return None
        if self.statistic == "mean":
            return sum(ordered) / len(ordered)
        rank = {"min": 0.0, "max": 100.0}.get(self.statistic)
        return percentile(ordered, float(self.statistic[1:]) if rank is None else rank)


def objectives(texts: Iterable[str]) -> list[Objective]:
    """Read what was typed, several parted by commas. Raises `WrongUsage` that says what was expected."""
    return [_read(part.strip()) for text in texts for part in text.split(",")]


def _read(text: str) -> Objective:
    found = _WHOLE.fullmatch(text)
    if not found:
        raise WrongUsage(f"--slo {text!r}: expected WHAT<LIMIT, {_EXAMPLE}")
    subject, statistic = found["subject"], found["statistic"] or ""
    metric = metrics().get(subject)
    if metric is None and subject not in _FIGURES:
        known = ", ".join([*metrics(), *_FIGURES])
        raise WrongUsage(f"--slo {text!r}: expected one of {known}, not {subject!r}")
    if statistic and metric is None:
        raise WrongUsage(f"--slo {text!r}: {subject} is one figure; expected it without :{statistic}")
    if statistic:
        _check_statistic(text, statistic)
    units: Sequence[Unit] = _FIGURES[subject] if metric is None else (_unit(metric),)
    limit, unit = _limit(text, found["limit"], units)
    return Objective(text, subject, statistic, found["sign"], limit, unit)


def _unit(metric: Metric) -> Unit:
    return "s" if metric.unit == "ms" else "/s"


def _check_statistic(text: str, statistic: str) -> None:
    named = _STATISTIC.fullmatch(statistic)
    if not named or (named[1] and not 0 < float(named[1]) <= 100):
        raise WrongUsage(f"--slo {text!r}: expected mean, min, max or a percentile such as p99.9, not {statistic!r}")


def _limit(text: str, limit: str, units: Sequence[Unit]) -> tuple[float, Unit]:
    """Read a limit in the first of the units that it fits."""
    for unit in units:
        try:
            return _LIMITS[unit](limit), unit
        except ValueError:
            continue
    expected = " or ".join(_EXPECTED[unit] for unit in units)
    raise WrongUsage(f"--slo {text!r}: expected {expected}, not {limit!r}")


def _share(text: str) -> float:
    share = _number(text.removesuffix("%")) / 100
    if not text.endswith("%") or share > 1:
        raise ValueError
    return share


def _rate(text: str) -> float:
    return _number(text.removesuffix("/s"))


def _number(text: str) -> float:
    if not re.fullmatch(r"\d+(\.\d*)?|\.\d+", text.strip(), re.ASCII):
        raise ValueError
    return float(text)


def _time(text: str) -> float:
    if text[-1:].isdigit():
        raise ValueError  # 500 may be meant as milliseconds or as seconds
    return seconds(text)


_LIMITS: Mapping[Unit, Callable[[str], float]] = MappingProxyType({"s": _time, "/s": _rate, "share": _share})
_EXPECTED: Mapping[Unit, str] = MappingProxyType(
    {"s": "a time with its unit such as 500ms or 2s", "/s": "a rate such as 50/s", "share": "a share such as 1%"}
)
