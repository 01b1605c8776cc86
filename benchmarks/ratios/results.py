"""`RESULTS.json` and `RESULTS.md`: what was measured last of each group, when, where and with which versions."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from ratios.comparison import Comparison
from ratios.processes import ROOT

WATCHED = {
    ".venv": ("aiohttp", "pydantic", "requests"),
    ".venv-langchain": ("langchain-community", "langchain-core"),
    ".venv-azure": ("azureml-inference-server-http",),
    ".venv-peers": ("pytest-httpserver", "werkzeug"),
}
"""The packages whose versions decide figures, by the environment that they are measured in."""

_INTRODUCTION = """\
# Results

Written by `make bench` and by nobody's hand. A row is *this / that*: the median of the ratios of **pairs**, which are
measured right after each other in one run, and the **middle half** of them. Of requests more is better, of durations
and memory less is. A question mark: the target lies inside the middle half. What is compared, and how, is in
[README.md](README.md); absolute numbers belong to a machine and a minute, so there are none here.
"""


def keep(
    folder: Path, measured: Mapping[str, Sequence[Comparison]], titles: Mapping[str, str], command: str, now: datetime
) -> None:
    """Write what was measured into the two files of a folder; groups that were not measured stay as they are."""
    file = folder / "RESULTS.json"
    known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    about = {"at": now.strftime("%Y-%m-%d %H:%M UTC"), "command": command, "machine": machine(), "commit": commit()}
    fresh = {name: {**about, "rows": [_row(one) for one in rows]} for name, rows in measured.items()}
    kept = {name: {**known, **fresh}[name] for name in titles if name in known or name in fresh}
    file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    (folder / "RESULTS.md").write_text(page(kept, titles), encoding="utf-8")


def page(kept: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Write the page."""
    machines = list(dict.fromkeys(group["machine"] for group in kept.values()))
    lines = [_INTRODUCTION, "Measured on" if len(machines) == 1 else "Measured on several machines:"]
    lines += ["", *[f"{number}. {one}" for number, one in enumerate(machines, 1)]]
    for name, group in kept.items():
        number = machines.index(group["machine"]) + 1
        on = "" if len(machines) == 1 else f" on machine {number}"
        when = f"{group['at']}{on}, at {group['commit']}, by `{group['command']}`."
        lines += ["", f"## {name}", "", titles[name], "", when, ""]
        lines += ["| this / that | ratio | middle half | target | | pairs |", "|---|--:|:-:|:-:|---|--:|"]
        lines += [_line(row) for row in group["rows"]]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Say in a line on what is measured, and with what."""
    processor = f"{_processor()}, {os.cpu_count()} cores"
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return "; ".join([processor, system, ", ".join([python, *versions(ROOT)])])


def commit() -> str:
    """Name what was measured of this project; that the results themselves have changed is no change of it."""
    git = shutil.which("git")
    named = git and _said(git, "-C", str(ROOT), "describe", "--always")
    if not git or not named:
        return "an unknown commit"
    changed = _said(git, "-C", str(ROOT), "status", "--porcelain", "-uno", "--", ".", ":!benchmarks/RESULTS.*")
    return f"{named} and changes since" if changed else named


def versions(root: Path) -> Iterator[str]:
    """Give the versions of what takes part, as far as it is installed."""
    for environment, names in WATCHED.items():
        places = [str(path) for path in (root / environment).glob("[Ll]ib*/**/site-packages")]
        for name in names:
            yield from sorted({f"{name} {found.version}" for found in distributions(name=name, path=places)})
    package = root / ".bench/node_modules/@copilotkit/aimock/package.json"
    node = shutil.which("node")
    if node and package.exists():
        yield f"aimock {json.loads(package.read_text(encoding='utf-8'))['version']}"
        yield f"Node {_said(node, '--version')}"


def _row(one: Comparison) -> dict[str, Any]:
    told = one.as_dict()
    del told["ratios"], told["group"]
    numbers = {"ratio": told["ratio"], "quartiles": told["quartiles"]}
    return {**told, **json.loads(json.dumps(numbers), parse_float=lambda text: float(f"{float(text):.4g}"))}


def _line(row: Mapping[str, Any]) -> str:
    if row["ratio"] is None:
        return f"| {row['what']} | - | {row['context']} | | | 0 |"
    low, high = row["quartiles"]
    half = f"{low:.2f} - {high:.2f}" if row["pairs"] > 1 else ""
    target = row["target"].replace("<=", "≤").replace(">=", "≥")
    return f"| {row['what']} | {row['ratio']:.2f} | {half} | {target} | {row['verdict']} | {row['pairs']} |"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown processor"


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8").stdout.strip()
