"""`azureml-bench run`."""

import argparse
import asyncio
import time

from azureml_bench.commands import Commands
from azureml_bench.options import describe_load, describe_target, plan

INVALID = 3


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    run = commands.add_parser("run", help="measure an endpoint")
    run.set_defaults(run=run_command)
    run.add_argument("url", help="its scoring URL")
    describe_target(run)
    describe_load(run)


def run_command(options: argparse.Namespace) -> int:
    """Run it."""
    from azureml_bench.report.table import table
    from azureml_bench.run import measure
    from azureml_bench.summary import summary

    asked = plan(options, options.url)
    told = summary(asyncio.run(measure(asked, time.time())))
    print(table(told))
    return 0 if told.valid else INVALID
