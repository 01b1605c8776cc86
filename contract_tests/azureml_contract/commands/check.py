"""`azureml-contract check`."""

import argparse

from azureml_contract.commands import Commands


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    check = commands.add_parser("check", help="prove that a formatter speaks a wire schema")
    check.set_defaults(run=run)
    check.add_argument("formatter", metavar="MODULE:NAME")
    check.add_argument("--schema", required=True)
    check.add_argument("--api-type", default="")
    check.add_argument("--check", action="append", default=[])


def run(options: argparse.Namespace) -> int:
    """Run it."""
    from azureml_contract import factory, wire
    from azureml_contract.inspection import Formatters, Inspection
    from azureml_contract.report.block import block

    known = wire.known(options.schema, options.api_type)
    inspection = Inspection(Formatters(factory.load(options.formatter), known), known, only=options.check)
    verdicts = list(inspection.run())
    for one in verdicts:
        if one.bad:
            print(block(one, inspection, f"azureml-contract check {options.formatter} --schema {options.schema}"))
    print(f"{sum(not one.bad for one in verdicts)}/{len(verdicts)} checks hold")
    return int(any(one.bad for one in verdicts))
