"""The line that closes a report."""

from azureml_contract.trial import Trial


def score(trial: Trial) -> str:
    """Say how many checks hold, and what is with the others: `24/26 checks hold, 1 waived, 1 failed in 0.4 s`."""
    outcomes = [one.outcome for one in trial.verdicts]
    total = len(outcomes) + len(trial.crashes)
    parts = [f"{outcomes.count('passed')}/{total} checks hold"]
    for count, what in (
        (outcomes.count("waived"), "waived"),
        (outcomes.count("failed"), "failed"),
        (outcomes.count("stale"), "waived for nothing"),
        (len(trial.crashes), "not finished"),
    ):
        if count:
            parts.append(f"{count} {what}")
    return f"{', '.join(parts)} in {trial.seconds:.1f} s"
