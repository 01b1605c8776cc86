"""What a plan comes to: the run of its checks, on the emulator or on some endpoint, and what is remembered."""

import os
import sys
import traceback
from dataclasses import dataclass
from typing import TextIO

from azureml_contract import kept, trial
from azureml_contract.extra import need_hypothesis
from azureml_contract.inspection import Inspection
from azureml_contract.plan import Plan
from azureml_contract.report.progress import Line
from azureml_contract.seen import seen
from azureml_contract.selection import needless
from azureml_contract.trial import Trial
from azureml_contract.usage import WrongUsage


@dataclass(frozen=True)
class Proof:
    """What came of a plan, and what else there is to say, a line each."""

    trial: Trial
    notes: list[str]


def prove(plan: Plan, out: TextIO) -> Proof:
    """Run a plan. Whoever watches sees how far it is; `out` is told beforehand how much an endpoint will be asked."""
    line = Line(sys.stderr)
    try:
        if plan.url:
            return _live(plan, out, line)
        with plan.staged() as inspection:
            if not inspection.checks:
                raise WrongUsage(_nothing(plan, inspection))
            found = trial.run(inspection, line)
            line.clear()
            return Proof(found, _notes(plan, inspection))
    finally:
        line.clear()


def house_hypothesis() -> None:
    """Have Hypothesis keep its tables in this command's folder, rather than in one of its own beside it."""
    if "HYPOTHESIS_STORAGE_DIRECTORY" not in os.environ:
        need_hypothesis()
        from hypothesis.configuration import set_hypothesis_home_dir

        set_hypothesis_home_dir(kept.FOLDER / "hypothesis")


def _live(plan: Plan, out: TextIO, line: Line) -> Proof:
    from azureml_contract.live.proof import contacting

    with contacting(plan) as proof:
        print(proof.announcement, file=out, flush=True)
        found = proof.run(line)
        return Proof(found, [*proof.notes, f"{proof.line.sent} requests were sent"])


def _nothing(plan: Plan, inspection: Inspection) -> str:
    what = f"a {inspection.subject.kind} that speaks {inspection.wire.name}"
    return f"--check: nothing to do: {', '.join(plan.checks) or plan.leaves_out} is not asked of {what}"


def _notes(plan: Plan, inspection: Inspection) -> list[str]:
    asked = inspection.checks
    idle = [] if plan.checks else needless(plan.waivers, asked, f"{inspection.subject.factory.name}")
    return [
        *filter(None, [plan.leaves_out if inspection.subject.kind == "formatter" else ""]),
        *seen(inspection),
        *idle,
    ]


def remember(plan: Plan, found: Trial) -> None:
    """Keep the failures of a run, if there is a way to."""
    passed = [one.check.id for one in found.verdicts if one.outcome == "passed"]
    try:
        kept.tidy()
        kept.keep(plan, [one.replay for one in found.verdicts if one.outcome == "failed"], passed)
    except OSError as error:
        print(f"azureml-contract: the failures are not kept: {error.strerror or error}", file=sys.stderr)


def show_tracebacks(found: Trial) -> None:
    """Show where the kit itself failed."""
    for one in found.crashes:
        traceback.print_exception(one.error)
