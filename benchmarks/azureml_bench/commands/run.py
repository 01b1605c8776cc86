"""`azureml-bench run`."""

import argparse
import asyncio
import time

from azureml_bench.commands import Commands
from azureml_bench.options import describe_load, describe_target, plan
from azureml_bench.report import output

INTERRUPTED = 130
"""The exit code of shells for what Ctrl-C ended."""


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    run = commands.add_parser("run", help="measure an endpoint")
    run.set_defaults(run=run_command)
    run.add_argument("url", help="its scoring URL")
    describe_target(run)
    describe_load(run)
    output.describe(run)


def run_command(options: argparse.Namespace) -> int:
    """Run it."""
    from azureml_bench.run import measure
    from azureml_emulator.loop import new_loop

    output.prepare(options)
    asked = plan(options, options.url)
    with asyncio.Runner(loop_factory=new_loop) as runner:
        run = runner.run(measure(asked, time.time()))
    code = output.finish(options, run)
    return code if run.health.stopped is None else INTERRUPTED
