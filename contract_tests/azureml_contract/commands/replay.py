"""`azureml-contract replay`."""

import argparse
import sys

from azureml_contract.commands import Commands
from azureml_contract.usage import WrongUsage, guess


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    replay = commands.add_parser("replay", help="try a failure of an earlier run again")
    replay.set_defaults(run=run)
    replay.add_argument("failure", metavar="ID", nargs="?", default="", help="such as R03-7c1f; without it, all kept")
    replay.add_argument("--list", action="store_true", help="only name what is kept")


def run(options: argparse.Namespace) -> int:
    """Run it."""
    from azureml_contract import kept, proving
    from azureml_contract.report import whole

    try:
        failures = kept.recall()
    except kept.Unreadable as error:
        raise WrongUsage(str(error)) from None
    meant = [one for one in failures if options.failure.lower() in ("", one.replay.lower())]
    if not meant and (options.failure or not options.list):
        known = [one.replay for one in failures]
        what = f"no failure {options.failure!r} is kept" if options.failure else "no failure is kept"
        raise WrongUsage(f"{what} in {kept.FOLDER}{guess(options.failure, known)}")
    if options.alone:
        proving.house_hypothesis()
    worst = 0
    for one in meant:
        if options.list:
            print(f"{one.replay}  {one.plan.command}")
            continue
        proof = proving.prove(one.plan, sys.stdout)
        print(whole.report(proof.trial, (), one.plan.command))
        print(whole.replayed(one.replay, proof.trial))
        if options.traceback:
            proving.show_tracebacks(proof.trial)
        worst = max(worst, proof.trial.code)
    return worst
