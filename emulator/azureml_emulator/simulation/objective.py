"""Service level objectives as people write them: `p99<2s,errors<1%`."""

import re
from dataclasses import dataclass
from typing import Any

from azureml_emulator import durations
from azureml_emulator.errors import ConfigError
from azureml_emulator.simulation.summary import Distribution, Summary

_WRITTEN = re.compile(r"\s*([a-z0-9_.]+)\s*(<=|>=|<|>)\s*(\S+(?:\s+[a-z%]+)?)\s*", re.IGNORECASE | re.ASCII)
_TIMES = {"": "latency", "latency_": "latency", "queue_": "queue", "ttft_": "first"}
_TIME = re.compile(r"(latency_|queue_|ttft_|)(?:(mean|max)|p(\d{1,2}(?:\.\d+)?))", re.ASCII)
_STATUS = re.compile(r"\d{3}|broken", re.ASCII)
FORM = "expected objectives such as p99<2s, queue_mean<100ms, errors<1%, 429<0.5%, utilisation<80%, served_per_s>90"


@dataclass(frozen=True)
class Objective:
    """One objective: what is measured, and what it must be below or above.

    Times are compared in milliseconds, shares as parts of 1.
    """

    text: str
    what: str
    sign: str
    bound: float

    @staticmethod
    def read(text: str) -> "tuple[Objective, ...]":
        """Read objectives with commas between them. Raises `ConfigError`."""
        return tuple(_objective(part) for part in text.split(","))

    def value(self, summary: Summary) -> float | None:
        """Give what it is about, in its own unit; None if there was nothing to measure."""
        found = _TIME.fullmatch(self.what)
        if found is None:
            return _plain(self.what, summary)
        times: Distribution | None = getattr(summary, _TIMES[found[1]])
        if not times:
            return None
        if found[3]:
            return times.percentile(float(found[3]))
        return times.mean if found[2] == "mean" else times.percentile(100)

    def met(self, summary: Summary) -> bool:
        """Say whether it is met; what could not be measured does not meet it."""
        value = self.value(summary)
        if value is None:
            return False
        value = round(value, 9)
        if "=" in self.sign and value == self.bound:
            return True
        return value < self.bound if self.sign[0] == "<" else value > self.bound

    def shown(self, summary: Summary) -> str:
        """Write the value as the objective's bound is written."""
        value = self.value(summary)
        if value is None:
            return "-"
        if _TIME.fullmatch(self.what):
            return milliseconds(value)
        return f"{value:.2f}" if self.what.endswith("_per_s") else percent(value)


def percent(share: float) -> str:
    """Write a share."""
    return f"{share * 100:.2f} %"


def milliseconds(value: float) -> str:
    """Write a length of time that is given in milliseconds."""
    return f"{value:.1f} ms" if value < 10_000 else f"{value / 1000:.1f} s"


def _plain(what: str, summary: Summary) -> float | None:
    if _STATUS.fullmatch(what):
        return summary.statuses.get(what, 0) / summary.offered if summary.offered else None
    if what == "served":
        return summary.served / summary.offered if summary.offered else None
    value: Any = getattr(summary, what)
    return None if value is None or not summary.offered else float(value)


def _objective(part: str) -> Objective:
    found = _WRITTEN.fullmatch(part)
    if not found:
        raise ConfigError(f"--slo {part.strip()!r}: {FORM}")
    what, sign, bound = found[1].lower(), found[2], "".join(found[3].split())
    time = _TIME.fullmatch(what)
    rate = what in ("served_per_s", "offered_per_s")
    if not (time or rate or _STATUS.fullmatch(what) or what in ("errors", "served", "utilisation")):
        raise ConfigError(f"--slo {part.strip()!r}: {FORM}")
    read = _milliseconds if time else _number if rate else _share
    return Objective(part.strip(), what, sign, read(part.strip(), bound))


def _milliseconds(part: str, bound: str) -> float:
    try:
        if not bound[-1].isalpha():
            raise ValueError
        return round(durations.seconds(bound) * 1000, 9)
    except ValueError:
        raise ConfigError(f"--slo {part!r}: expected a time such as 2s or 300ms, not {bound!r}") from None


def _share(part: str, bound: str) -> float:
    value = _number(part, bound.removesuffix("%"), "a share such as 1%")
    value = value / 100 if bound.endswith("%") else value
    if value > 1:
        raise ConfigError(f"--slo {part!r}: expected a share such as 1%, not {bound!r}")
    return value


def _number(part: str, bound: str, what: str = "a number") -> float:
    if not re.fullmatch(r"\d+(\.\d*)?|\.\d+", bound, re.ASCII):
        raise ConfigError(f"--slo {part!r}: expected {what}, not {bound!r}")
    return float(bound)
