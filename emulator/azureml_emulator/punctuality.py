"""How well answers kept their time: what was meant, and what came of it on the wire."""

from collections.abc import Sequence
from math import ceil
from typing import Any, NamedTuple


class Punctuality(NamedTuple):
    """How one answer kept its timetable, in seconds after the call's arrival.

    `first_due` and `due` are when the first and the last bytes were meant to be out, `first` and `last` when they
    were; `late` is by how much the writes were late in the mean, `worst` at most. A caller who reads slowly makes
    writes late too.
    """

    first_due: float
    due: float
    first: float
    last: float
    late: float
    worst: float

    def as_dict(self) -> dict[str, float]:
        """The same in milliseconds."""
        return {
            "first_planned_ms": _ms(self.first_due),
            "first_ms": _ms(self.first),
            "late_mean_ms": _ms(self.late),
            "late_worst_ms": _ms(self.worst),
        }


def summary(kept: Sequence[Punctuality]) -> dict[str, Any]:
    """Sum up some answers, one at least, as JSON values in milliseconds.

    Percentiles of when the first and the last byte were out; `error` is what was achieved less what was meant, `late`
    how late single writes were.
    """
    return {
        "answers": len(kept),
        "ttft_ms": _against([one.first_due for one in kept], [one.first for one in kept]),
        "total_ms": _against([one.due for one in kept], [one.last for one in kept]),
        "late_ms": {
            "mean": _ms(sum(one.late for one in kept) / len(kept)),
            "worst_p99": _ms(percentile([one.worst for one in kept], 99)),
        },
    }


def _against(target: Sequence[float], achieved: Sequence[float]) -> dict[str, Any]:
    error = [is_ - meant for is_, meant in zip(achieved, target, strict=True)]
    return {
        "target": {f"p{share}": _ms(percentile(target, share)) for share in (50, 90, 99)},
        "achieved": {f"p{share}": _ms(percentile(achieved, share)) for share in (50, 90, 99)},
        "error": {"mean": _ms(sum(error) / len(error)), "p99": _ms(percentile(error, 99))},
    }


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that so many per cent of all do not exceed."""
    return sorted(values)[max(ceil(len(values) * share / 100) - 1, 0)]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
