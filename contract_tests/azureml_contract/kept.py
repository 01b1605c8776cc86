"""The failures of the last runs, kept in a folder of the working folder: each can be tried again by its id."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azureml_contract.plan import Plan

FOLDER = Path(".azureml-contract")
FAILURES = "failures.json"
MOST = 500
"""Failures that are kept; the oldest go."""
_IGNORED = "# made by azureml-contract; not for version control\n*\n"


class Unreadable(Exception):
    """What was kept cannot be read; the text names the file."""


@dataclass(frozen=True)
class Failure:
    """A failure: what replays it, such as `R03-7c1f`, and the plan of its run."""

    replay: str
    plan: Plan

    @property
    def check(self) -> str:
        """The id of the check."""
        return self.replay.partition("-")[0]


def keep(plan: Plan, failures: Sequence[str], passed: Sequence[str]) -> None:
    """Keep the failures of a run, and forget what it proved wrong. Raises `OSError` where nothing can be written."""
    subject, ran = _subject(plan), {one.partition("-")[0] for one in failures} | set(passed)
    try:
        before = recall()
    except Unreadable:
        before = []
    left = [one for one in before if _subject(one.plan) != subject or one.check not in ran]
    if not failures and len(left) == len(before):
        return
    now = [Failure(one, plan.with_only(one.partition("-")[0])) for one in failures]
    FOLDER.mkdir(exist_ok=True)
    tidy()
    text = json.dumps([{"replay": one.replay, "plan": one.plan.plain()} for one in (left + now)[-MOST:]], indent=1)
    made = FOLDER / f"{FAILURES}.{os.getpid()}"
    made.write_text(text + "\n", "utf-8")
    made.replace(FOLDER / FAILURES)


def tidy() -> None:
    """Keep what is in the folder, if there is one, out of version control. Raises `OSError`."""
    if FOLDER.is_dir() and not (FOLDER / ".gitignore").exists():
        (FOLDER / ".gitignore").write_text(_IGNORED, "utf-8")


def recall() -> list[Failure]:
    """Give what is kept, the oldest first. Raises `Unreadable`."""
    file = FOLDER / FAILURES
    try:
        return list(map(_failure, json.loads(file.read_text("utf-8"))))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise Unreadable(f"{file} cannot be read; remove it, and check again") from None


def _failure(kept: Mapping[str, Any]) -> Failure:
    if not isinstance(kept["replay"], str):
        raise TypeError(kept["replay"])
    return Failure(kept["replay"], Plan.of(kept["plan"]))


def _subject(plan: Plan) -> tuple[Any, ...]:
    return plan.subject, plan.formatter, plan.schema, plan.api_type, plan.example
