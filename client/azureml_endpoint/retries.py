"""When a failed try is worth another, and after what pause: a policy as a value, for sync and async alike."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from azureml_endpoint.errors import (
    CertificateError,
    EndpointError,
    EndpointTimeoutError,
    ModelError,
    StatusError,
    UnreachableError,
)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """At most `max_retries` more tries, where one is safe and may help; pauses in seconds.

    Tried again: connections that could not be made in time or at all, or broke before any byte of an answer, 408,
    429, 502, 503, 504, and 424 when Azure says that no model was ready. Not tried again: what a model has worked on,
    such as a silent endpoint, a 500, an answer that broke off, or a stream after its first byte.
    A kept connection that the server had closed is replaced at once, which counts as no try.

    The pause before is what the endpoint asks for: `retry-after-ms`, or `retry-after` in seconds or as a date, which
    counts from the answer's own `date`. The call ends if that is longer than 60 s, or than what is left of the total
    timeout. Where nothing is asked for, or nothing sensible, it is 0.25 s to 0.5 s, and twice that each time, up to
    8 s.
    """

    max_retries: int = 1
    first_pause: float = 0.5
    longest_pause: float = 8.0
    longest_wait: float = 60.0
    """The longest Retry-After that is waited for; a longer one ends the call at once."""
    statuses: frozenset[int] = frozenset({408, 429, 502, 503, 504})
    random: Callable[[], float] = field(default=random.random, compare=False, repr=False)
    wall_clock: Callable[[], float] = field(default=time.time, compare=False, repr=False)

    def pause(self, error: EndpointError, tries: int) -> float | None:
        """Return the seconds to wait after the `tries`-th try failed with `error`, or None when it was the last."""
        if tries > self.max_retries or not self.helps(error):
            return None
        asked = asked_pause(error.headers, self.wall_clock())
        if asked is not None:
            return asked if asked <= self.longest_wait else None
        longest = min(self.longest_pause, self.first_pause * 2.0 ** min(tries - 1, 60))
        return longest * (0.5 + 0.5 * self.random())

    def helps(self, error: EndpointError) -> bool:
        """Return whether another try is safe and may end better."""
        match error:
            case ModelError():
                return error.not_ready
            case StatusError():
                return error.status in self.statuses
            case CertificateError():
                return False
            case UnreachableError():
                return error.status in self.statuses if error.status else not error.body
            case EndpointTimeoutError():
                return error.phase == "connect"
        return False


def asked_pause(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that the endpoint asks to wait, or None when it does not say.

    `retry-after-ms` in milliseconds (seen on serverless endpoints), else `retry-after` in seconds or as a date, which
    counts from the answer's own `date`: the endpoint's clock may be wrong, or ours.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    until, said = _date(text), _date(headers.get("date"))
    return None if until is None else max(0.0, until - (now if said is None else said))


def _date(text: str | None) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else -1.0
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
