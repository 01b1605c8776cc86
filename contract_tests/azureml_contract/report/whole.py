"""A whole run, as a person reads it."""

from collections.abc import Iterable

from azureml_contract.report.block import block
from azureml_contract.report.score import score
from azureml_contract.trial import Trial
from azureml_contract.verdict import Verdict


def again(command: str, verdict: Verdict) -> str:
    """Give the command that runs one check again; `command` is that of the whole run."""
    return f"{command} --check {verdict.check.id} --replay {verdict.replay}" if command and verdict.replay else ""


def report(trial: Trial, notes: Iterable[str] = (), command: str = "") -> str:
    """Show a block for each failure, then waivers and their reasons, notes, what the kit stumbled over, the score."""
    parts = [block(one, trial.inspection, again(command, one)) for one in trial.bad]
    waived = [one for one in trial.verdicts if one.outcome == "waived"]
    parts += [f"WAIVED {one.check.id} {one.check.name}: {one.reason}" for one in waived]
    parts += [f"note: {one}" for one in notes]
    parts += [f"azureml-contract: {one.told}" for one in trial.crashes]
    return "\n".join([*parts, score(trial)])


def replayed(replay: str, trial: Trial) -> str:
    """Say whether a failure is there still, and with the same input."""
    id_ = replay.partition("-")[0].upper()
    for one in trial.verdicts:
        if one.check.id != id_:
            continue
        if one.outcome == "passed":
            return f"{replay}: it does not fail here any more"
        if one.replay == replay:
            return f"{replay}: it fails with the same input still"
        return (
            f"{replay}: it fails with another input, which is {one.replay}" if one.replay else f"{replay}: it passes"
        )
    return f"{replay}: the check did not finish" if trial.crashes else f"{replay}: {id_} is not asked here"
