"""Where a run goes: to the terminal, and into the files that were asked for."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from azureml_bench.extra import MissingExtra
from azureml_bench.usage import WrongUsage

if TYPE_CHECKING:
    from azureml_bench.record import Record
    from azureml_bench.run import Run
    from azureml_bench.summary import Summary

MISSED, INVALID = 1, 3

Parts = Mapping[str, str]
"""The texts of a form by part: the one without a name is the file itself, others stand beside it."""


class Form(NamedTuple):
    """A form in which a run is kept: the option's name, the file's in a folder, what it is, and what has its `parts`.

    The module is named, and loaded only when it is wanted. `each` says that it shows single requests.
    """

    option: str
    file: str
    about: str
    module: str
    each: bool = True

    def parts(self, kept: "Record | None", told: "Summary") -> Parts:
        """Write it; without requests only what shows none of them."""
        made: Parts = self._function("parts")(kept, told)
        return made

    def ready(self) -> None:
        """Raise `MissingExtra` where it cannot be written."""
        self._function("ready")()

    def _function(self, name: str) -> Callable[..., Any]:
        module = import_module(f"azureml_bench.report.{self.module}")
        found: Callable[..., Any] = getattr(module, name, lambda: None)
        return found


FORMS = (
    Form("html", "report.html", "a page for the browser, whole in one file", "page"),
    Form("json", "summary.json", "every figure; - writes to the terminal", "summary_json", each=False),
    Form("requests", "requests.jsonl", "every request, a line each", "requests_jsonl"),
    Form("hdr", "latency.hlog", "HDR histograms by second, and NAME.METRIC.hgrm beside it", "hdr"),
    Form("junit", "junit.xml", "a test case for each threshold, for build servers", "junit", each=False),
)


def describe(parser: Any) -> None:
    """Add what says where a run goes, and what is asked of it."""
    wanted = parser.add_argument_group("what is asked, and kept")
    wanted.add_argument(
        "--slo",
        action="append",
        default=[],
        metavar="ASKED",
        help="e2e:p99<2s,errors<1%% of the run (else exit code 1), ttft<500ms of each request (goodput)",
    )
    wanted.add_argument("--out", type=Path, metavar="FOLDER", help="write all of these into a folder")
    for form in FORMS:
        wanted.add_argument(f"--{form.option}", metavar="FILE", help=form.about)


def prepare(options: argparse.Namespace) -> None:
    """Find out, before anything is measured, what could not be written or judged. Raises `WrongUsage`."""
    from azureml_bench.objective import objectives

    objectives(options.slo)
    if options.out and options.out.exists() and not options.out.is_dir():
        raise WrongUsage(f"--out {options.out}: expected a folder, and there is a file")
    for form in FORMS:
        file = getattr(options, form.option)
        if not file:
            continue
        form.ready()
        if file != "-" and not Path(file).parent.is_dir():
            raise WrongUsage(f"--{form.option} {file}: there is no folder {Path(file).parent}")
        if Path(file).is_dir():
            raise WrongUsage(f"--{form.option} {file}: expected a file, and there is a folder")
    if sum(getattr(options, form.option) == "-" for form in FORMS) > 1:
        raise WrongUsage("only one of the files can be -, the terminal")


def finish(options: argparse.Namespace, run: "Run") -> int:
    """Sum a run up, show it, write what is asked for, and give the exit code."""
    from azureml_bench.record import record

    return conclude(options, record(run, options.slo))


def conclude(options: argparse.Namespace, kept: "Record") -> int:
    """Sum up what was kept of a run, show it, write what is asked for, and give the exit code."""
    from azureml_bench.summing import of_record

    return show(options, kept, of_record(kept))


def show(options: argparse.Namespace, kept: "Record | None", told: "Summary") -> int:
    """Show a run, write what is asked for, and give the exit code."""
    from azureml_bench.report.table import table

    taken = any(getattr(options, form.option) == "-" for form in FORMS)
    shown = sys.stderr if taken else sys.stdout
    print(table(told), file=shown)
    for line in write(options, kept, told):
        print(line, file=shown)
    return code(told)


def code(told: "Summary") -> int:
    """Give the exit code of a run."""
    if not told.valid:
        return INVALID
    return MISSED if told.missed else 0


def write(options: argparse.Namespace, kept: "Record | None", told: "Summary") -> list[str]:
    """Write what is asked for. Gives the lines that say where, and what could not be."""
    lines, files = [], []
    for form, file, needed in _wanted(options):
        try:
            if form.each and kept is None:
                raise WrongUsage(f"--{form.option} shows requests, and there is no requests.jsonl")
            parts = form.parts(kept, told)
        except (MissingExtra, WrongUsage) as error:
            if needed:
                raise
            lines.append(f"left out {file}: {error}")
            continue
        if str(file) == "-":
            sys.stdout.write(parts[""])
            continue
        for name, text in parts.items():
            (file.with_name(f"{file.stem}.{name}") if name else file).write_bytes(
                text.encode("utf-8", "backslashreplace")
            )
        files.append(file)
    if files:
        inside = [file.name if options.out and file.parent == options.out else str(file) for file in files]
        lines.append(f"written{f' to {options.out}' if options.out else ''}: {', '.join(inside)}")
    return lines


def _wanted(options: argparse.Namespace) -> Iterator[tuple[Form, Path, bool]]:
    """Give each form that is wanted, where it goes, and whether it was asked for by name."""
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    for form in FORMS:
        file = getattr(options, form.option)
        if file:
            yield form, Path(file), True
        if options.out:
            yield form, options.out / form.file, False
