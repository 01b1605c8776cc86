"""Writes a run's files, and runs master and workers on this machine, each a process of its own."""

import argparse
import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from azureml_bench.extra import MissingExtra
from azureml_bench.swarm.order import Order

LOCUSTFILE = '''\
"""Measures an endpoint from the workers of Locust, as plan.json beside the master says."""

from pathlib import Path

from azureml_bench.swarm.locustfile import Conducted, UntilTheRunIsOver, run  # noqa: F401

run(Path(__file__).with_name("plan.json"))
'''
_STOP_WITHIN = 15.0
INVALID, INTERRUPTED = 3, 130
_APART: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {"creationflags": 0x200}
"""Ctrl-C is for this process, which then ends the others in their order."""


def written(order: Order, folder: Path) -> Path:
    """Write the plan and the locustfile into a folder, and give the latter's path."""
    folder.mkdir(parents=True, exist_ok=True)
    order.write(folder / "plan.json")
    file = folder / "locustfile.py"
    file.write_text(LOCUSTFILE, encoding="utf-8", newline="\n")
    return file


def launched(order: Order, file: Path, port: int, environment: Mapping[str, str], terminal: TextIO) -> int:
    """Run it here, show its table, and give its exit code. Raises `MissingExtra` without Locust.

    `environment` is what the processes have in theirs besides. Without a `port`, one is chosen that is free.
    """
    if importlib.util.find_spec("locust") is None:
        raise MissingExtra("azureml-bench locust --run needs locust: pip install 'azureml-emulator[locust]'")
    folder = file.parent
    for old in ("summary.json", "requests.jsonl"):
        (folder / old).unlink(missing_ok=True)
    port, interrupted = port or _free_port(), False
    commands = [master_command(order, file, port), *[worker_command(file, port)] * order.workers]
    with (folder / "locust.log").open("w", encoding="utf-8") as log, _processes(commands, environment, log) as master:
        try:
            master.wait()
        except KeyboardInterrupt:
            interrupted = True
            _stopped(master)
    code = _shown(order, folder, terminal)
    return code if not interrupted else INTERRUPTED


def master_command(order: Order, file: Path, port: int, host: str = "127.0.0.1") -> list[str]:
    """Give the command of a master that begins when all workers are there, and ends with the run."""
    wait = ["--expect-workers", str(order.workers), "--expect-workers-max-wait", "60"]
    bind = ["--master", "--master-bind-host", host, "--master-bind-port", str(port)]
    return [*_locust(file), "--headless", "--only-summary", *bind, *wait]


def worker_command(file: Path, port: int, host: str = "127.0.0.1") -> list[str]:
    """Give the command of a worker."""
    return [*_locust(file), "--worker", "--master-host", host, "--master-port", str(port)]


def _locust(file: Path) -> list[str]:
    return [sys.executable, "-m", "locust", "-f", str(file)]


@contextmanager
def _processes(
    commands: Sequence[Sequence[str]], environment: Mapping[str, str], log: TextIO
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run master and workers, and give the first; whatever is left of them in the end is ended."""
    surroundings = {**os.environ, **environment}
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            made = subprocess.Popen(  # noqa: S603
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=surroundings, **_APART
            )
            started.append(made)
        yield started[0]
    finally:
        _ended(started[1:])
        _stopped(started[0])


def _ended(workers: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Let workers go by themselves, as the master told them; end those that do not."""
    for one in workers:
        try:
            one.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()


def _stopped(master: "subprocess.Popen[bytes]") -> None:
    """Let the master write what it has, and end it."""
    if master.poll() is None:
        master.terminate()  # Locust hears it and tells what it has, but on Windows, where this is the end of it
    try:
        master.wait(timeout=_STOP_WITHIN)
    except subprocess.TimeoutExpired:
        master.kill()
        master.wait()


def _shown(order: Order, folder: Path, terminal: TextIO) -> int:
    """Show what the master wrote, and write the other forms of it."""
    from azureml_bench.record import read
    from azureml_bench.report import output
    from azureml_bench.report.table import table
    from azureml_bench.summary import Summary

    file = folder / "summary.json"
    if not file.exists():
        print(f"azureml-bench: there was no run: see {folder / 'locust.log'}", file=sys.stderr)  # noqa: T201
        return INVALID
    told = Summary.model_validate_json(file.read_bytes())
    terminal.write(table(told) + "\n")
    if order.samples:
        requests = folder / "requests.jsonl"
        with requests.open(encoding="utf-8") as rows:
            kept = read(rows, str(requests))
        asked = argparse.ArgumentParser()
        output.describe(asked)
        lines = output.write(asked.parse_args(["--out", str(folder)]), kept, told)
        terminal.writelines(f"{line}\n" for line in lines)
    else:
        terminal.write(f"written to {folder}: summary.json\n")
    return output.code(told)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
