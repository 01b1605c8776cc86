"""Another process that is asked and answers, a line of JSON each."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from types import TracebackType
from typing import Any, Self

_BOOTSTRAP = """
import importlib.util as util, sys
home, module = sys.argv[1:3]
spec = util.spec_from_file_location("azureml_bench", home + "/__init__.py", submodule_search_locations=[home])
package = sys.modules["azureml_bench"] = util.module_from_spec(spec)
spec.loader.exec_module(package)
__import__(module, fromlist=["main"]).main()
"""
"""Lets any interpreter run a module of this package, though it be installed in none of its folders."""


class ProcessLost(Exception):
    """A process ended, or took too long, before it answered; the text says so."""


class Process:
    """A process that runs a module's `main`, for as long as a `with` block lasts."""

    def __init__(self, module: str, env: Mapping[str, str], python: str = sys.executable) -> None:
        """Start it. Raises `OSError` where there is no such interpreter."""
        self._said = TemporaryFile()  # noqa: SIM115  as long as the process
        home = str(Path(__file__).resolve().parent.parent)
        command = [python, "-W", "ignore", "-c", _BOOTSTRAP, home, f"azureml_bench.{module}"]
        with ExitStack() as undo:
            undo.callback(self._said.close)
            self._process = subprocess.Popen(  # noqa: S603  an interpreter that somebody chose
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                env=dict(env),
                encoding="utf-8",
            )
            undo.pop_all()

    def ask(self, within: float = 60.0, **question: Any) -> Any:
        """Ask, and wait for the answer so many seconds. Raises `ProcessLost`."""
        assert self._process.stdin
        assert self._process.stdout
        alarm = Timer(within, self._process.kill)
        alarm.start()
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except OSError:
            line = ""
        finally:
            late = not alarm.is_alive()
            alarm.cancel()
        if line:
            return json.loads(line)
        raise ProcessLost(f"no answer within {within:g} s" if late else f"its process ended: {self._last_words()}")

    def _last_words(self) -> str:
        code = self._process.wait(10)
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return f"exit code {code}" + (f", and it last said {lines[-1][:300]!r}" if lines else "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()
