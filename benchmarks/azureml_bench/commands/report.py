"""`azureml-bench report`."""

import argparse
from pathlib import Path

from azureml_bench.commands import Commands
from azureml_bench.report import output
from azureml_bench.usage import WrongUsage


def describe(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Say what the command takes."""
    report = commands.add_parser(
        "report",
        help="show a run again, or in another form",
        description="Show a run again, out of its requests.jsonl, and write it in other forms; a summary.json, "
        "where there is nothing else, shows its table.",
    )
    report.set_defaults(run=run_command)
    report.add_argument("folder", type=Path, nargs="?", metavar="FOLDER", help="what --out wrote, or a file of it")
    report.add_argument("--schema", action="store_true", help="print the JSON Schema of summary.json, and no run")
    output.describe(report)


def run_command(options: argparse.Namespace) -> int:
    """Run it."""
    if options.schema:
        from azureml_bench.report.summary_json import json_schema_text

        print(json_schema_text(), end="")
        return 0
    if options.folder is None:
        raise WrongUsage("report: expected the folder of a run, or its requests.jsonl")
    output.prepare(options)
    file: Path = options.folder
    if file.is_dir():
        file /= "requests.jsonl"
        if not file.exists() and (options.folder / "summary.json").exists():
            file = options.folder / "summary.json"
    return _of_figures(options, file) if file.suffix == ".json" else _of_requests(options, file)


def _of_requests(options: argparse.Namespace, file: Path) -> int:
    from azureml_bench.record import Record, read

    with file.open(encoding="utf-8", errors="replace") as lines:
        kept = read(lines, str(file))
    if options.slo:
        kept = Record(kept.head.model_copy(update={"objectives": options.slo}), kept.samples)
    return output.conclude(options, kept)


def _of_figures(options: argparse.Namespace, file: Path) -> int:
    from azureml_bench.earlier import read

    if options.slo:
        raise WrongUsage(f"--slo judges requests, and {file} has none: expected a requests.jsonl")
    return output.show(options, None, read(file))
