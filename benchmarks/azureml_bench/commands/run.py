"""`azureml-bench run`."""

import argparse
import asyncio
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from azureml_bench.commands import Commands
from azureml_bench.options import Usual, describe_load, describe_target, plan
from azureml_bench.report import output
from azureml_bench.usage import WrongUsage

if TYPE_CHECKING:
    from azureml_bench.plan import Plan
    from azureml_bench.run import Run

MISSED, INVALID = 1, 3
INTERRUPTED = 130
"""The exit code of shells for what Ctrl-C ended."""
_STEP, _SETTLE = 15.0, 2.0
_NONE = dict.fromkeys((form.option for form in output.FORMS), "")
"""The options that name a file of one run, none of them given."""


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    run = commands.add_parser("run", help="measure an endpoint")
    run.set_defaults(run=run_command)
    run.add_argument("url", help="its scoring URL")
    describe_target(run)
    describe_load(run)
    run.add_argument(
        "--sweep", default="", metavar="RATES", help="10..200/s[:STEPS]: one rate after the other, to the knee"
    )
    run.add_argument(
        "--retries", type=int, default=0, metavar="N", help="send again what failed, and tell it apart (0)"
    )
    run.add_argument("--quiet", action="store_true", help="show nothing while it lasts")
    output.describe(run)


def run_command(options: argparse.Namespace) -> int:
    """Run it."""
    if options.retries < 0:
        raise WrongUsage("--retries: expected 0 or more")
    output.prepare(options)
    if options.sweep:
        return _sweep(options)
    run = _measured(options, plan(options, options.url), reached=False)
    code = output.finish(options, run)
    return code if run.health.stopped is None else INTERRUPTED


def _measured(options: argparse.Namespace, asked: "Plan", *, reached: bool) -> "Run":
    """Measure a plan, and show how it goes; whether anybody is there is tried before unless it is known."""
    from azureml_bench.caller import reach
    from azureml_bench.progress import Progress
    from azureml_bench.run import measure
    from azureml_emulator.loop import new_loop

    with asyncio.Runner(loop_factory=new_loop) as runner:
        if not reached:
            runner.run(reach(asked.target))
        if options.quiet:
            return runner.run(measure(asked, time.time()))
        print(asked.announced(), file=sys.stderr)
        with Progress(sys.stderr, asked.phases) as shown:
            return runner.run(measure(asked, time.time(), shown.heard, shown.begins))


def _sweep(options: argparse.Namespace) -> int:
    """Measure one rate after the other."""
    from azureml_bench import sweep
    from azureml_bench.record import record
    from azureml_bench.summing import summary
    from azureml_emulator.simulation.arrivals import Poisson

    if options.rate or options.arrivals or options.concurrency:
        raise WrongUsage("--sweep has its own rates: expected it without --rate, --arrivals and --concurrency")
    if any(getattr(options, name) for name in _NONE if name != "json"):
        raise WrongUsage("--sweep is several runs: expected --out FOLDER, or --json FILE for its table")
    rates = sweep.rates(options.sweep)
    options.lasts = _STEP if isinstance(options.lasts, Usual) else options.lasts
    options.warmup = _SETTLE if isinstance(options.warmup, Usual) else options.warmup
    asked = plan(options, options.url)
    steps: list[sweep.Step] = []
    for rate in rates:
        run = _measured(options, replace(asked, arrivals=Poisson(rate)), reached=bool(steps))
        told = summary(run, options.slo)
        if run.health.stopped is not None:
            break
        steps.append(sweep.step(rate, told, steps))
        if options.out:
            output.write(_folder(options, f"rate-{rate:.4g}"), record(run, options.slo), told)
        if sweep.over(steps):
            break
    found = sweep.concluded(told.url, steps)
    _told(options, sweep.table(found), found.model_dump_json(indent=1) + "\n")
    if run.health.stopped is not None:
        return INTERRUPTED
    if found.knee is None:
        return MISSED if steps[0].valid else INVALID
    return 0


def _folder(options: argparse.Namespace, name: str) -> argparse.Namespace:
    """Have one rate of a sweep written into a folder of its own."""
    return argparse.Namespace(**{**vars(options), **_NONE, "out": options.out / name})


def _told(options: argparse.Namespace, table: str, document: str) -> None:
    """Show a sweep, and write it where somebody wants it."""
    if options.json == "-":
        print(table, file=sys.stderr)
        print(document, end="")
        return
    print(table)
    if options.out:
        (options.out / "sweep.json").write_text(document, encoding="utf-8")
    if options.json:
        Path(options.json).write_text(document, encoding="utf-8")
    if options.out or options.json:
        print(f"written: {options.json or options.out}")
