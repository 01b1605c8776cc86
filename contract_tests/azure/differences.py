"""Where the emulator's azmlinfsrv is not Microsoft's, each with its reason; the comparison finds no others.

This is data alone, so that the documentation can be written from it without Microsoft's packages.
"""

from typing import NamedTuple


class Difference(NamedTuple):
    """Something that differs: the cases in which it does (none: all), in which aspects, and what each server does."""

    cases: tuple[str, ...]
    aspects: tuple[str, ...]
    microsoft: str
    emulator: str
    reason: str


DIFFERENCES = (
    Difference(
        (),
        ("connection",),
        "closes the connection after each answer",
        "keeps it open, unless the caller wants it closed",
        "On Azure the front door stands between, and keeps connections open.",
    ),
    Difference(
        ("decorated, another shape inside", "decorated, a wrong type inside"),
        ("status", "body", "x-ms-run-function-failed"),
        "lets run() raise on a value of another shape: 500, see the logs",
        "answers 400 and names the field and what is wrong with it",
        "There are no logs of a score.py to look into. Behind the front door both are a 424.",
    ),
    Difference(
        ("decorated, 500 levels",),
        ("status", "body", "x-ms-run-fn-exec-ms"),
        "takes JSON as deep as Python's parser does, almost a thousand levels",
        "takes 200 levels",
        "What looks at the value later, such as the journal, must be able to follow it.",
    ),
)
