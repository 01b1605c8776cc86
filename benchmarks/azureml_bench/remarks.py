"""What must be known of a run beside its figures: whether they are the endpoint's, and what they leave out."""

from collections import Counter
from collections.abc import Sequence

from azureml_bench import outcome
from azureml_bench.distribution import Distribution
from azureml_bench.health import Finding, Health, findings
from azureml_bench.load import LATE, Phases
from azureml_bench.sample import Sample, measured
from azureml_bench.stalls import stalls, told

_UNSENT = frozenset({outcome.CUT.name, outcome.DROPPED.name})


def remarks(health: Health, samples: Sequence[Sample], phases: Phases, users: int = 0) -> list[Finding]:
    """Judge a run. `users` are those of a closed loop, 0 for an open one."""
    asked = list(measured(samples))
    latency = Distribution.of((one.end - one.sent) / 1e9 for one in asked if one.ok)
    delay = None if users else Distribution.of((one.sent - one.intended) / 1e9 for one in _sent(asked))
    found = findings(health, latency["p50"] if latency else None, delay, 1.0 if users else _in_time(asked, phases))
    if users:
        found.append(Finding(False, told(users, stalls(asked, users), len(asked))))
    if health.stopped is not None:
        found.append(Finding(False, f"cut short: somebody stopped it after {health.stopped:.1f} s"))
    return found + [Finding(False, text) for text in _ends(asked)]


def _sent(samples: Sequence[Sample]) -> list[Sample]:
    return [one for one in samples if one.outcome not in _UNSENT]


def _in_time(samples: Sequence[Sample], phases: Phases) -> float:
    """Give the share of what was due, and was to be sent, that was sent before the time to measure was over."""
    due = [one for one in samples if one.outcome not in _UNSENT or one.note == LATE]
    last = phases.sending * 1e9
    return sum(one.sent < last and one.note != LATE for one in due) / len(due) if due else 1.0


def _ends(samples: Sequence[Sample]) -> list[str]:
    ended, found = Counter(one.outcome for one in samples), []
    if late := sum(one.note == LATE for one in samples):
        found.append(f"{late} requests were never sent: {LATE}")
    if dropped := ended[outcome.DROPPED.name] - late:
        found.append(f"{dropped} requests were never sent, since --max-in-flight were out when they were due")
    if cut := ended[outcome.CUT.name]:
        found.append(
            f"{cut} requests were still out at the end: they are in no figure, and would be among the longest"
        )
    if again := sum(one.tries > 1 for one in samples):
        found.append(f"measured with retries: {again} requests were sent again, which are in no other metric")
    return found
