"""When an endpoint said nothing, though several waited: a stall, as far as it can be seen from outside."""

from collections.abc import Iterable

from pydantic import BaseModel

from azureml_bench import outcome
from azureml_bench.distribution import percentile
from azureml_bench.sample import Sample

_SECOND = 1e9
_LEAST = 0.5
_TIMES = 10
"""A silence lasts so many times as long as a usual request, and at least half a second."""
_WAITING = 3


class Silence(BaseModel, frozen=True):
    """A time without any answer, in seconds since the run began, and how many requests waited at its end."""

    since: float
    until: float
    waiting: int

    @property
    def lasted(self) -> float:
        """How long it was, in seconds."""
        return self.until - self.since


def silences(samples: Iterable[Sample], *, closed: bool = False) -> list[Silence]:
    """Find them. In a closed loop one who waits is enough: nobody else may be there to ask."""
    heard = [one for one in samples if one.outcome not in (outcome.DROPPED.name, outcome.CUT.name)]
    if not heard:
        return []
    usual = percentile(sorted(one.end - one.sent for one in heard), 50)
    least = max(_LEAST * _SECOND, _TIMES * usual)
    changes = sorted([(one.intended, 1) for one in heard] + [(one.end, -1) for one in heard])
    found, waiting, since = [], 0, 0
    for at, change in changes:
        if change > 0 and not waiting:
            since = at
        if change < 0:
            if at - since > least and (closed or waiting >= _WAITING):
                found.append(Silence(since=since / _SECOND, until=at / _SECOND, waiting=waiting))
            since = at
        waiting += change
    return found
