"""`azureml-contract explain`."""

import argparse

from azureml_contract.check import FAMILIES, Check
from azureml_contract.commands import Commands
from azureml_contract.usage import WrongUsage, guess


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    explain = commands.add_parser("explain", help="say what a check proves, why it matters, and how to mend it")
    explain.set_defaults(run=run)
    explain.add_argument("check", metavar="CHECK", nargs="+", help="its id, such as R03, or its name")


def run(options: argparse.Namespace) -> int:
    """Run it."""
    print("\n\n".join(explained(_found(name)) for name in options.check))
    return 0


def _found(name: str) -> Check:
    from azureml_contract.catalogue import described
    from azureml_contract.live.checks import LIVE

    known = {**described(), **{id_: one.check for id_, one in LIVE.items()}}
    wanted = name.partition("-")[0].upper() if name.partition("-")[0].upper() in known else name.lower()
    for id_, one in known.items():
        if wanted in (id_, one.name):
            return one
    words = [word for id_, one in known.items() for word in (id_.lower(), one.name)]
    raise WrongUsage(f"there is no check {name!r}{guess(name, words)}; `azureml-contract list` names all")


def explained(check: Check) -> str:
    """Write all about a check."""
    live = check.id[0] not in FAMILIES
    about = "a running endpoint" if live else f"{check.family}, {_asked_of(check)}"
    more = "--url URL --key-env NAME " if live else ""
    paragraphs = [
        f"{check.id} {check.name} ({about})",
        check.statement,
        check.explanation,
        f"Ask it alone:      azureml-contract check MODULE:NAME --schema SCHEMA {more}--check {check.id}\n"
        f'Accept a failure:  --waive "{check.id}=why"'
        + ("" if live else f', or in a test: waivers = {{"{check.id}": "why"}}'),
    ]
    return "\n\n".join(filter(None, paragraphs))


def _asked_of(check: Check) -> str:
    kinds = {None: "", True: " of chat", False: " of anything but chat"}
    return f"asked of {check.subject}s{kinds[check.chat]}{' that stream' if check.streams else ''}"
