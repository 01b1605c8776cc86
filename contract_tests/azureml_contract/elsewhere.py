"""Another process, in which texts have other hashes, and what a formatter makes of prompts there.

It is run as `python -m azureml_contract.elsewhere`: it reads what to do from standard input, imports the formatter,
and writes the bodies to standard output.
"""

import importlib
import importlib.util
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from azureml_contract.attempts import body_or_none
from azureml_contract.factory import Factory
from azureml_contract.formatter import Formatter
from azureml_contract.wire import Wire

_SECONDS = 60
"""How long the other process may take; it has to import what the formatter's module imports."""

Cases = Sequence[tuple[str, dict[str, Any]]]


def bodies_elsewhere(factory: Factory, wire: Wire, cases: Cases) -> list[bytes | None]:
    """Give what a formatter makes of prompts with parameters; None for what it fails at.

    The list is empty where the other process cannot make the formatter: it has no name in a module, or the module
    cannot be imported, neither by its name nor by its file.
    """
    module, _, attribute = factory.origin.partition(":")
    if not module or not attribute:
        return []
    told = {
        "module": module,
        "attribute": attribute,
        "file": factory.file or getattr(sys.modules.get(module), "__file__", None) or "",
        "wire": {"chat": wire.chat, "api_type": wire.api_type},
        "cases": [list(one) for one in cases],
    }
    path = os.pathsep.join(str(Path(one).resolve()) for one in (*sys.path, *_homes(module)))
    seed = "1" if os.environ.get("PYTHONHASHSEED") == "2" else "2"
    answer = _run(json.dumps(told), {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path})
    return [None if one is None else bytes.fromhex(one) for one in answer]


def _homes(module: str) -> list[str]:
    """Give the folders of a module's outermost package: pytest imports tests from folders that are on no path."""
    outermost = sys.modules.get(module.partition(".")[0])
    return [str(Path(one).parent) for one in getattr(outermost, "__path__", ())]


def _run(told: str, environment: dict[str, str]) -> list[str | None]:
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", __name__],
            input=told.encode(),
            capture_output=True,
            env=environment,
            timeout=_SECONDS,
            check=False,
        )
        found: list[str | None] = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else []
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError):
        return []
    return found


def _main() -> None:
    told = json.loads(sys.stdin.buffer.read())
    wire: Any = SimpleNamespace(**told["wire"])
    formatter = Formatter(_found(told), wire)
    bodies = [body_or_none(formatter, prompt, parameters) for prompt, parameters in told["cases"]]
    print(flush=True)  # whatever the formatter's module has printed ends here
    print(json.dumps([None if one is None else one.hex() for one in bodies]))


def _found(told: dict[str, Any]) -> Callable[[], Any]:
    """Find what makes the formatter; a method that a class defines is one of a fresh instance."""
    found: Any = _module(told["module"], told["file"])
    for name in told["attribute"].split("."):
        inner = getattr(found, name)
        found = getattr(found(), name) if inspect.isclass(found) and inspect.isfunction(inner) else inner
    make: Callable[[], Any] = found
    return make


def _module(name: str, file: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        spec = importlib.util.spec_from_file_location(name, file) if file else None
        if spec is None or spec.loader is None:
            raise
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module


if __name__ == "__main__":
    _main()
