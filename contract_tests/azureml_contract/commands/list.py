"""`azureml-contract list`."""

import argparse

from azureml_contract.commands import Commands


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    listed = commands.add_parser("list", help="name all checks, or all schemas that can be checked")
    listed.set_defaults(run=run)
    listed.add_argument("--schemas", action="store_true", help="the wire schemas that answer with text")


def run(options: argparse.Namespace) -> int:
    """Run it."""
    rows = _schemas() if options.schemas else _checks()
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _checks() -> list[tuple[str, str, str]]:
    from azureml_contract.catalogue import described
    from azureml_contract.live.checks import LIVE

    every = [*described().values(), *(one.check for one in LIVE.values())]
    return [(one.id, one.name, one.statement) for one in every]


def _schemas() -> list[tuple[str, str, str]]:
    from azureml_contract.plan import schemas

    return [(name, one.api_type.name, one.about) for name, one in schemas().items()]
