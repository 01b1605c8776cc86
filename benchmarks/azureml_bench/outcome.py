"""How a request ended: one word for each way, `ok` being the only good one."""

from typing import NamedTuple


class Outcome(NamedTuple):
    """One way in which a request ends."""

    name: str
    about: str


OK = Outcome("ok", "a whole answer with status 200 to 299, whose text could be read")
CONNECT = Outcome("connect", "no connection, or it was lost before an answer began")
TIMEOUT = Outcome("timeout", "no whole answer within --timeout")
THROTTLED = Outcome("429", "status 429: too many requests")
REFUSED = Outcome("4xx", "any other status below 500 that is not a success")
FAILED = Outcome("5xx", "a status of 500 or above")
PARSE = Outcome("parse", "an answer with status 200 in which the text is not where the schema has it")
TRUNCATED = Outcome("truncated", "an answer that began and did not end: cut, reset, or a stream without its end")
DROPPED = Outcome(
    "dropped", "never sent: --max-in-flight requests were out when it was due, or the harness came to it too late"
)
CUT = Outcome("cut", "still out when the time to drain was over; neither good nor bad, counted apart")

OUTCOMES = (OK, CONNECT, TIMEOUT, THROTTLED, REFUSED, FAILED, PARSE, TRUNCATED, DROPPED, CUT)

BAD = frozenset(one.name for one in OUTCOMES) - {OK.name, CUT.name}
"""Outcomes that count as errors."""


def of_status(status: int) -> Outcome:
    """Classify a status. Success is `OK`, whatever the body will turn out to be."""
    if 200 <= status < 300:
        return OK
    if status == 429:
        return THROTTLED
    return REFUSED if status < 500 else FAILED
