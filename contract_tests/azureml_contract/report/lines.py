"""A run for machines: a line of JSON for each check."""

import json
from collections.abc import Iterator
from typing import Any

from azureml_contract.broken import UNSAID
from azureml_contract.causes import likely
from azureml_contract.check import Check
from azureml_contract.trial import Crash, Trial
from azureml_contract.verdict import Verdict

_NOTHING = {
    **dict.fromkeys(("ok", "outcome", "summary", "input", "expected", "got", "body")),
    **dict.fromkeys(("cause", "replay", "reason"), ""),
}
"""All keys that a line has, in their order."""


def lines(trial: Trial) -> Iterator[str]:
    """Give a line for each check.

    `input`, `expected`, `got` and `body` are JSON values where they are such, the text of a body's bytes, or else as
    Python writes them; null where there is none.
    """
    inspection = trial.inspection
    every: list[Verdict | Crash] = [*trial.verdicts, *trial.crashes]
    for one in every:
        whole = {
            **_named(one.check),
            "formatter": inspection.subject.factory.name,
            "schema": inspection.wire.name,
            "api_type": inspection.wire.api_type,
            **_NOTHING,
            **(_judged(one) if isinstance(one, Verdict) else _crashed(one)),
            "seconds": round(one.seconds, 6),
        }
        yield json.dumps(whole, allow_nan=False)


def _named(check: Check) -> dict[str, Any]:
    return {"id": check.id, "name": check.name}


def _judged(verdict: Verdict) -> dict[str, Any]:
    found: dict[str, Any] = {"ok": not verdict.bad, "outcome": verdict.outcome}
    if verdict.reason:
        found["reason"] = verdict.reason
    if broken := verdict.broken:
        values = {"input": broken.case, "expected": broken.expected, "got": broken.got, "body": broken.body}
        found["summary"] = broken.summary
        found |= {name: plain(value) for name, value in values.items() if value is not UNSAID}
        found |= {"cause": likely(broken), "replay": verdict.replay}
    return found


def _crashed(crash: Crash) -> dict[str, Any]:
    return {"ok": False, "outcome": "crashed", "summary": crash.told}


def plain(value: Any) -> Any:
    """Give a value as JSON has it."""
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "backslashreplace")
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return repr(value)
