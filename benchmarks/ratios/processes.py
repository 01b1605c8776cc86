"""Other processes: the ones that serve, load or measure, spoken to in lines of JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

BENCHMARKS = Path(__file__).resolve().parent.parent
ROOT = BENCHMARKS.parent

_OURS = ("AZUREML_", "LANGCHAIN_", "LANGSMITH_")


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what would change what is measured: proxies, settings, tracing."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(_OURS) and not name.lower().endswith("_proxy")
    }
    return {**kept, "PYTHONUTF8": "1", **more}


def executable(folder: Path, name: str) -> str:
    """Find a command of a virtual environment."""
    found = [folder / "bin" / name, folder / "Scripts" / f"{name}.exe"]
    for path in found:
        if path.exists():
            return str(path)
    raise SystemExit(f"{found[0]} is missing; `make bench` makes it")


def langchain_python() -> str:
    """The interpreter that has langchain-community and our package side by side."""
    return executable(ROOT / ".venv-langchain", "python")


def module(name: str, python: str = sys.executable) -> list[str]:
    """The command that runs a module of this package."""
    return [python, "-W", "ignore", "-m", f"ratios.{name}"]


class Child:
    """A process for as long as a `with` block lasts; it is asked and it answers, a line of JSON each."""

    def __init__(
        self,
        command: Sequence[str],
        env: dict[str, str] | None = None,
        stdout: TextIO | int = subprocess.PIPE,
        stderr: TextIO | None = None,
    ) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            env=env or environment(),
            cwd=BENCHMARKS,
            encoding="utf-8",
        )
        self.pid = self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def read(self) -> Any:
        """Wait for its next line."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args} ended with {self._process.wait()} before it answered")
        return json.loads(line)

    def ask(self, **question: Any) -> Any:
        """Send a line and wait for the answer."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()


def answer(value: Any) -> None:
    """Say a line to the process that asked."""
    print(json.dumps(value), flush=True)
