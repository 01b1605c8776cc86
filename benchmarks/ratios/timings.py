"""Runs the pytest-benchmark modules and reads ratios out of their report."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from ratios.comparison import Comparison, ratios, timed
from ratios.processes import BENCHMARKS, ROOT, environment


def engine() -> list[Comparison]:
    """`Engine.score` against the JSON work that nobody can leave out."""
    return _compare("engine")


def formatters() -> list[Comparison]:
    """Our formatters against the same."""
    return _compare("formatters")


def _compare(name: str) -> list[Comparison]:
    """Each benchmark says in its extra info which row it belongs to, and whether it is what is divided by."""
    sides: dict[str, dict[str, list[float]]] = {}
    for one in _report(BENCHMARKS / f"bench_{name}.py"):
        facts = one["extra_info"]
        sides.setdefault(facts["what"], {}).setdefault(facts["side"], []).append(one["stats"]["median"])
    return [
        Comparison(
            name, what, ratios(side["ours"], side["yardstick"]), context=timed(side["ours"], side["yardstick"])
        )
        for what, side in sides.items()
    ]


def _report(module: Path) -> list[dict]:  # type: ignore[type-arg]
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--benchmark-only",
            f"--benchmark-json={report}",
            str(module),
        ]
        done = subprocess.run(
            command, cwd=ROOT, env=environment(), capture_output=True, encoding="utf-8", check=False
        )
        if done.returncode:
            raise RuntimeError(f"{module.name} failed:\n{done.stdout}{done.stderr}")
        return json.loads(report.read_text(encoding="utf-8"))["benchmarks"]
