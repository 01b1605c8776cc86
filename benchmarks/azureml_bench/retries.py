"""Whether a request that failed is sent again, and when: what a client library does, measured apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from random import Random

from azureml_bench.outcome import CONNECT, FAILED, THROTTLED, TIMEOUT

AGAIN = frozenset(one.name for one in (CONNECT, TIMEOUT, THROTTLED, FAILED))
"""Outcomes after which another try may do better."""

_FIRST, _LONGEST = 0.5, 30.0
_IN_MILLISECONDS = ("retry-after-ms", "x-ms-retry-after-ms")


@dataclass(frozen=True)
class Retries:
    """How often a request is sent again at most, and when.

    What the server says (`retry-after`, `retry-after-ms`) holds. Without it, the first pause is half a second, each
    further one twice as long up to 30 s, and a random part of up to a half is left out of each, keyed by the request.
    """

    most: int = 0
    seed: int = 0

    def pause(self, number: int, ended: str, tries: int, headers: Mapping[str, str], at: float) -> float | None:
        """Say how many seconds to wait after so many tries of a request, the last of which ended so.

        None if there is no other try. `headers` are the answer's, `at` is now, in Unix seconds.
        """
        if tries > self.most or ended not in AGAIN:
            return None
        told = told_pause(headers, at)
        if told is not None:
            return told
        random = Random(f"{self.seed} {number} {tries}")  # noqa: S311  a seed is to give the same run again
        return float(min(_FIRST * 2 ** (tries - 1), _LONGEST) * (1 - random.random() / 2))


def told_pause(headers: Mapping[str, str], at: float) -> float | None:
    """Give the seconds that a server asks for; None where it asks for none, or unreadably."""
    for name in _IN_MILLISECONDS:
        if (value := _number(headers.get(name))) is not None:
            return value / 1000
    text = headers.get("retry-after")
    if (value := _number(text)) is not None:
        return value
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return max(moment.timestamp() - at, 0.0)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return min(max(value, 0.0), 1e6) if value == value else None  # noqa: PLR0124  NaN is no number
