"""`azureml-bench client`: what a client adds on top of an endpoint."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azureml_bench import clients
from azureml_bench.commands import Commands
from azureml_bench.options import checked, key, split
from azureml_bench.usage import WrongUsage
from azureml_emulator.durations import seconds

if TYPE_CHECKING:
    from azureml_bench.overhead.result import Report
    from azureml_bench.overhead.stage import Stage
    from azureml_bench.overhead.wanted import Wanted
    from azureml_bench.wire import Wire

INVALID = 3
_MOST = 200
"""Threads, rounds, calls and starts are no more; as many pairs of blocks can be compared."""
_UNTOLD = "the endpoint does not echo prompts, so any text was taken for the right answer"
_EPILOG = """
A FACTORY is called with the URL and the key, and gives what takes a prompt and gives the answer's text, or the pieces
of it with --stream; both may be coroutine functions. A class with the fields of LangChain's AzureMLOnlineEndpoint
will do as well. Known by name are: {names}.
"""


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    about = "measure what client libraries add on top of an endpoint, side by side"
    client = commands.add_parser(
        "client", help=about, description=about, epilog=_EPILOG.format(names=", ".join(clients.names()))
    )
    client.set_defaults(run=run_command)
    client.add_argument(
        "clients",
        nargs="*",
        metavar="CLIENT",
        help="MODULE:FACTORY or a known name; others are compared with the first",
    )
    client.add_argument("--formatter", default="", metavar="MODULE:NAME", help="for classes such as LangChain's")
    client.add_argument(
        "--python", action="append", default=[], metavar="[CLIENT=]PATH", help="the interpreter that has the library"
    )
    client.add_argument("--schema", default="", metavar="NAME", help="the wire schema (gpt2; chat if one needs that)")
    client.add_argument("--stream", action="store_true", help="ask for streams, and measure TTFT too")
    client.add_argument("--over", type=_list(_scheme), default=None, metavar="LIST", help="http,https (http)")
    client.add_argument(
        "--latency", type=_list(seconds), default=None, metavar="LIST", help="that the endpoint has (20ms,0)"
    )
    client.add_argument(
        "--threads",
        type=_list(_count),
        default=[1, 8],
        metavar="LIST",
        help="calls at once; tasks, where awaited (1,8)",
    )
    client.add_argument("--rounds", type=checked(_count), default=12, metavar="N", help="blocks of each client (12)")
    client.add_argument(
        "--calls", type=checked(_count), default=20, metavar="N", help="of each thread in a block (20)"
    )
    client.add_argument("--starts", type=checked(_count), default=3, metavar="N", help="fresh processes of each (3)")
    client.add_argument("--timeout", type=checked(seconds), default=60.0, metavar="TIME", help="for one block (60s)")
    client.add_argument("--seed", type=int, default=0, metavar="N", help="of the order of turns (0)")
    client.add_argument("--json", default="", metavar="FILE", help="write all figures there; - is standard output")
    client.add_argument("--url", default="", help="the main port of an emulator that runs already")
    client.add_argument(
        "--endpoint", default="", metavar="NAME", help="with --url: which one (the first of the schema)"
    )
    client.add_argument(
        "--key-env", default="", metavar="NAME", help="with --url: the environment variable with its key"
    )
    client.add_argument("--ca", default="", metavar="FILE", help="with --url: the authority to trust, as PEM")


def run_command(options: argparse.Namespace) -> int:
    """Run it."""
    from azureml_bench.overhead import wanted
    from azureml_bench.overhead.table import table

    _coherent(options)
    asked = wanted.wanted(options.clients, options.python, options.formatter)
    wire = wanted.wire(options.schema or wanted.common_schema(asked), options.stream)
    speaking = wanted.speaking(asked, wire.schema)
    with _stage(options, wire.schema) as stage:
        report = _measured(options, stage, asked, speaking, wire)
    if options.json:
        _write(options.json, report.json_text())
    if options.json != "-":
        print(table(report, clients.FLOOR))
    return 0 if report.valid else INVALID


def _measured(
    options: argparse.Namespace,
    stage: "Stage",
    asked: "Sequence[Wanted]",
    speaking: "Sequence[Wanted]",
    wire: "Wire",
) -> "Report":
    import secrets
    import time

    from azureml_bench.overhead import result, wanted
    from azureml_bench.overhead.measuring import Amount, Measuring
    from azureml_bench.overhead.seat import Seat
    from azureml_bench.record import Tool

    measuring = Measuring(
        stage,
        lambda one: Seat(one, wire, stage.env, options.timeout),
        Amount(options.rounds, options.calls, options.starts, options.threads),
        run=secrets.token_hex(3),
        stream=options.stream,
        echoed=stage.echoes,
        seed=options.seed,
        progress=_shown if sys.stderr.isatty() else _unseen,
    )
    began = time.time()
    others = [one for one in speaking if one.client != clients.FLOOR]
    found, settings = measuring.measure([wanted.floor(), *others], speaking[0].label, clients.FLOOR)
    measuring.progress("")
    for one in asked:
        if one not in speaking:
            why = f"it speaks {', '.join(sorted(wanted.speaks(one.client)))}, not {wire.schema}; see --schema"
            found.append(result.Client(label=one.label, about=one.about, problem=why))
    wrong = result.problems(settings, found if options.clients else [])
    return result.Report(
        tool=Tool.here(),
        schema_=wire.schema,
        stream=wire.stream,
        began=began,
        lasted=time.time() - began,
        valid=not wrong,
        problems=wrong,
        warnings=result.warnings(settings, clients.FLOOR) + ([] if stage.echoes else [_UNTOLD]),
        clients=found,
        settings=settings,
    )


@contextmanager
def _stage(options: argparse.Namespace, schema: str) -> Iterator["Stage"]:
    from azureml_bench.overhead import stage

    if options.url:
        held = key(options.key_env)
        with stage.attached(options.url, options.endpoint, schema, held, options.ca) as found:
            yield found
        return
    latencies = options.latency or [0.02, 0.0]
    block = options.calls * max(options.threads)
    with stage.started(schema, latencies, options.over or ["http"], options.stream, block) as made:
        yield made


def _coherent(options: argparse.Namespace) -> None:
    """Refuse options that contradict each other, and a file that could not be written in the end."""
    if options.json not in ("", "-") and not Path(options.json).absolute().parent.is_dir():
        raise WrongUsage(f"--json {options.json}: there is no such folder")
    if options.url:
        split(options.url)
        for name, value in (("--latency", options.latency), ("--over", options.over)):
            if value:
                raise WrongUsage(f"{name}: the emulator at --url decides that; leave one of them out")
    else:
        for name in ("endpoint", "key_env", "ca"):
            if getattr(options, name):
                raise WrongUsage(f"--{name.replace('_', '-')} is for an emulator that runs already: say --url")


def _write(file: str, text: str) -> None:
    if file == "-":
        sys.stdout.write(text)
    else:
        Path(file).write_text(text, encoding="utf-8")


def _shown(text: str) -> None:
    print(f"\r{text[:100]:<100}" if text else "\r" + " " * 100, end="" if text else "\r", file=sys.stderr, flush=True)


def _unseen(_: str) -> None:
    """Show nobody anything."""


def _list(read: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    """Read several values with commas between them; the same one twice is once."""

    def values(text: str) -> list[Any]:
        return list(dict.fromkeys(checked(read)(one.strip()) for one in text.split(",")))

    return values


def _scheme(text: str) -> str:
    if text not in ("http", "https"):
        raise ValueError("expected http or https")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST:
        raise ValueError(f"expected a number from 1 to {_MOST}")
    return int(text)
