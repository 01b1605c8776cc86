"""`azureml-bench compare`."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from azureml_bench.commands import Commands
from azureml_bench.options import checked, describe_load, describe_target, plan
from azureml_bench.usage import WrongUsage
from azureml_emulator.durations import seconds

if TYPE_CHECKING:
    from azureml_bench.comparison import Comparison, Figure, Pair, Rules
    from azureml_bench.interleaving import Blocks, Name
    from azureml_bench.plan import Plan

SLOWER, CANNOT_TELL = 1, 3
_BLOCK = 2.0
_OWN = ("key_env", "deployment")
"""The options of an endpoint that each side may have for itself."""
INTERRUPTED = 130
"""The exit code of shells for what Ctrl-C ended."""
_ABOUT = """Say whether HEAD is slower than BASE: slower, not slower, or cannot tell.

Two URLs are measured now, by turns, block by block. Files (summary.json) are compared run by run; that is weaker, and
takes five runs of each side. Exit codes: 0 not slower, 1 slower or more errors, 3 cannot tell."""


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    compare = commands.add_parser(
        "compare",
        help="say whether one endpoint, or one version of it, is slower than another",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    compare.set_defaults(run=run_command)
    compare.add_argument("files", nargs="*", metavar="FILE", help="two summary.json: base, then head")
    for side in ("base", "head"):
        compare.add_argument(f"--{side}", nargs="+", default=[], metavar="URL|FILE", help="a URL, or summary.json")
        for option in _OWN:
            name = f"--{side}-{option.replace('_', '-')}"
            compare.add_argument(name, default="", metavar="NAME", help=f"as --{name[7:]}, for {side} only")
    compare.add_argument("--metric", action="append", metavar="NAME[:p50]", help="what decides (e2e:p50); repeatable")
    compare.add_argument(
        "--tolerance", type=checked(share), default=0.025, metavar="SHARE", help="what matters (2.5%%)"
    )
    compare.add_argument(
        "--confidence", type=checked(share), default=0.95, metavar="SHARE", help="of intervals (95%%)"
    )
    compare.add_argument("--cannot-tell", choices=("fail", "pass"), default="fail", help="exit with 3, or 0 (fail)")
    compare.add_argument(
        "--blocks", type=int, metavar="N", help="blocks of each side (as many as --for has room for)"
    )
    compare.add_argument("--block", type=checked(seconds), metavar="TIME", help="the length of one (2s)")
    compare.add_argument("--settle", type=checked(seconds), default=0.5, metavar="TIME", help="before each (0.5s)")
    compare.add_argument("--quiet", action="store_true", help="show nothing while it lasts")
    compare.add_argument("--json", metavar="FILE", help="write the comparison; - is standard output")
    compare.add_argument("--junit", metavar="FILE", help="write JUnit XML")
    describe_target(compare)
    describe_load(compare)


def share(text: str) -> float:
    """Read a share between 0 and 1, such as `5%` or `0.05`. Raises `ValueError`."""
    try:
        found = float(text.strip().removesuffix("%")) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        found = 0.0
    if not 0 < found < 1:
        raise ValueError("expected a share above 0 and below 1, such as 5% or 0.05")
    return found


def run_command(options: argparse.Namespace) -> int:
    """Run it."""
    from azureml_bench.report import compared
    from azureml_bench.verdict import Verdict

    for option in ("json", "junit"):
        file = getattr(options, option)
        if file and file != "-" and (not Path(file).parent.is_dir() or Path(file).is_dir()):
            raise WrongUsage(f"compare: --{option} {file}: expected a file in a folder that exists")
    told = compare(options)
    print(compared.text(told), file=sys.stderr if "-" in (options.json, options.junit) else sys.stdout)
    _write(options.json, told.model_dump_json(indent=1) + "\n")
    _write(options.junit, compared.junit(told))
    if told.stopped:
        return INTERRUPTED
    if told.verdict is Verdict.CANNOT_TELL:
        return CANNOT_TELL if options.cannot_tell == "fail" else 0
    return 0 if told.verdict is Verdict.NOT_SLOWER else SLOWER


def _write(file: str | None, text: str) -> None:
    if file == "-":
        print(text, end="")
    elif file:
        Path(file).write_text(text, encoding="utf-8", errors="backslashreplace")


def compare(options: argparse.Namespace) -> "Comparison":
    """Do what was typed. Raises `WrongUsage`."""
    base, head = options.base, options.head
    if options.files:
        if base or head or len(options.files) != 2:
            raise WrongUsage("compare: expected two files, or --base and --head")
        base, head = [options.files[:1], options.files[1:]]
    if not base or not head:
        raise WrongUsage("compare: expected --base and --head, URLs or files, or two files")
    live = {text.lower().startswith(("http://", "https://")) for text in (*base, *head)}
    if len(live) > 1:
        raise WrongUsage("compare: expected URLs or files, not both")
    rules = _rules(options)
    if not live.pop():
        return files(base, head, rules)
    if len(base) > 1 or len(head) > 1:
        raise WrongUsage("compare: expected one URL after --base, and one after --head")
    return urls(options, base[0], head[0], rules)


def files(base: list[str], head: list[str], rules: "Rules") -> "Comparison":
    """Compare runs that were measured before."""
    from azureml_bench import earlier
    from azureml_bench.comparison import of_runs
    from azureml_bench.interleaving import side

    told = [[(Path(file), earlier.read(Path(file))) for file in each] for each in (base, head)]
    earlier.check([*told[0], *told[1]])
    runs = [[run for _, run in each] for each in told]
    sides = [[side(run, rules.all) for run in each] for each in runs]
    warnings = earlier.warnings(runs[0], runs[1])
    return of_runs((sides[0], sides[1]), rules, base=base, head=head, plan=dict(runs[0][0].plan), warnings=warnings)


def urls(options: argparse.Namespace, base: str, head: str, rules: "Rules") -> "Comparison":
    """Measure two endpoints by turns."""
    from azureml_bench.caller import reach
    from azureml_bench.comparison import of_pairs
    from azureml_bench.interleaving import interleave
    from azureml_bench.record import shown
    from azureml_emulator.loop import new_loop

    blocks = _blocks(options)
    plans: dict[Name, Plan] = {"base": _plan(options, "base", base), "head": _plan(options, "head", head)}
    heard = _unheard if options.quiet else _progress(blocks, rules)
    lots = Random(time.time_ns())  # noqa: S311  it decides who goes first
    with asyncio.Runner(loop_factory=new_loop) as runner:
        for made in plans.values():
            runner.run(reach(made.target))
        pairs = runner.run(interleave(plans, blocks, list(rules.all), lots, heard))
    about = {"base": [shown(base)], "head": [shown(head)], "plan": plans["base"].document()}
    return of_pairs(pairs, rules, stopped=len(pairs) < blocks.pairs, **about)


def _plan(options: argparse.Namespace, side: str, url: str) -> "Plan":
    own = argparse.Namespace(**vars(options))
    for option in _OWN:
        setattr(own, option, getattr(options, f"{side}_{option}") or getattr(options, option))
    made = plan(own, url)
    if not made.closed and getattr(made.arrivals, "rate", None) is None:
        raise WrongUsage("compare: every block is loaded alike: expected arrivals of one rate")
    return made


def _blocks(options: argparse.Namespace) -> "Blocks":
    """Say how many blocks there are: those of `--blocks`, or as many as the time has room for, and longer at need."""
    from azureml_bench.interleaving import Blocks
    from azureml_bench.paired import MOST

    if options.block is not None and options.block <= 0:
        raise WrongUsage("compare: --block: expected a time above 0")
    room = options.lasts / 2
    lasts = max(_BLOCK, room / MOST - options.settle) if options.block is None else options.block
    pairs = round(room / (lasts + options.settle)) if options.blocks is None else options.blocks
    if not 1 <= pairs <= MOST:
        raise WrongUsage(f"compare: expected 1 to {MOST} blocks of each side, not {pairs}; see --blocks and --block")
    return Blocks(pairs, lasts, options.settle)


def _rules(options: argparse.Namespace) -> "Rules":
    from azureml_bench.comparison import DECIDES, Rules

    deciding = tuple(dict.fromkeys(map(_figure, options.metric))) if options.metric else (DECIDES,)
    return Rules(deciding, options.tolerance, options.confidence)


def _figure(text: str) -> "Figure":
    from azureml_bench.comparison import Figure
    from azureml_bench.distribution import PERCENTILES, name
    from azureml_bench.metrics import metrics

    metric, _, which = text.partition(":")
    known = ["mean", *map(name, PERCENTILES)]
    if metric not in metrics():
        raise WrongUsage(f"compare: --metric {text!r}: expected one of {', '.join(metrics())}")
    if (which or "p50") not in known:
        raise WrongUsage(f"compare: --metric {text!r}: expected one of {', '.join(known)} after the colon")
    return Figure(metric, which or "p50")


def _unheard(number: int, pair: "Pair") -> None:
    """Say nothing."""


def _progress(blocks: "Blocks", rules: "Rules") -> "Callable[[int, Pair], None]":
    """Tell of each pair on standard error; nothing is told while a block is measured."""
    name = str(rules.deciding[0])

    def heard(number: int, pair: "Pair") -> None:
        shown = [side.figures.get(name) for side in (pair.base, pair.head)]
        told = "  ".join(
            f"{which} {'-' if value is None else f'{value * 1000:.2f} ms'}"
            for which, value in zip(("base", "head"), shown, strict=True)
        )
        wrong = "  left out: " + "; ".join({*pair.base.problems, *pair.head.problems})
        bad = wrong if pair.base.problems or pair.head.problems else ""
        of = f" of {blocks.pairs}" if number < blocks.pairs else ", in place of a disturbed one"
        print(f"pair {number + 1}{of}  {told}{bad}", file=sys.stderr, flush=True)

    return heard
