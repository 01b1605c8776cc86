"""Change the code in small ways, one at a time, and list the changes that no test notices.

python scripts/mutation.py [formatters] [kit]

Works on a clone of the last commit in a temporary folder, with cosmic-ray. Survivors that are known stand in
docs/hunts.md, each with its reason; any other makes the exit code 1.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
KNOWN = ROOT / "docs" / "hunts.md"


POINTLESS = [
    r"core/ReplaceBinaryOperator_\w+_(Mod|LShift|RShift|Pow|FloorDiv|Div|Mul|BitXor)",
    r"core/ReplaceComparisonOperator_(Is|IsNot|Eq|NotEq|In|NotIn)_(Gt|GtE|Lt|LtE)",
    "core/ReplaceComparisonOperator_Is_Eq",
    "core/ReplaceComparisonOperator_IsNot_NotEq",
]
"""Changes that nobody would make, or that change nothing: arithmetic on sets and texts, order of what has none."""


@dataclass(frozen=True)
class Theme:
    """What is changed, and by what that should be noticed."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


THEMES = {
    "formatters": Theme(
        ("client/azureml_endpoint/formatters", "client/azureml_endpoint/payloads.py"),
        (
            "client/tests/test_formatters.py",
            "client/tests/test_chat_formatters.py",
            "client/tests/test_signatures.py",
            "client/tests/test_states.py",
            "client/tests/test_calls.py",
            "client/tests/test_client.py",
            "client/tests/test_saving_and_loading.py",
            "contract_tests/golden",
            "contract_tests/kit/test_our_formatters.py",
        ),
    ),
    "kit": Theme(
        tuple(
            f"contract_tests/azureml_contract/{name}.py"
            for name in ("causes", "difference", "formatter", "inspection", "search", "verdict", "wire")
        ),
        ("contract_tests/kit", "contract_tests/zoo"),
    ),
}


@dataclass(frozen=True)
class Survivor:
    """A change that no test noticed: the lines as they were and as they became."""

    file: str
    was: str
    became: str

    def __str__(self) -> str:
        return f"{self.file}: `{self.was}` -> `{self.became}`"


def survivors(theme: Theme, folder: Path) -> Iterator[Survivor]:
    """Try every change of a theme in a clone."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    python = ROOT / ".venv" / "bin" / "python"
    tests = " ".join(theme.tests)
    session, config = folder / "session.sqlite", folder / "config.toml"
    modules = ", ".join(f'"{module}"' for module in theme.modules)
    config.write_text(
        f"[cosmic-ray]\nmodule-path = [{modules}]\ntimeout = 120.0\nexcluded-modules = []\n"
        f"test-command = \"{python} -m pytest -x -q -p no:benchmark -p no:cacheprovider -m 'not slow' {tests}\"\n"
        '[cosmic-ray.distributor]\nname = "local"\n'
        f"[cosmic-ray.filters.operators-filter]\nexclude-operators = {json.dumps(POINTLESS)}\n",
        encoding="utf-8",
    )
    packages = [str(clone / name) for name in ("client", "emulator", "contract_tests")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(packages), "PYTHONDONTWRITEBYTECODE": "1"}
    commands = (
        ["cosmic-ray", "init", config, session],
        ["cr-filter-operators", session, config],
        ["cosmic-ray", "exec", config, session],
    )
    for command in commands:
        subprocess.run([tool(command[0]), *map(str, command[1:])], cwd=clone, env=environment, check=True)
    report = subprocess.run(
        [tool("cr-report"), "--show-diff", "--surviving-only", str(session)],
        cwd=clone,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    yield from read(report.stdout)


def tool(name: str) -> str:
    """Find a command of cosmic-ray beside the interpreter."""
    return str(Path(sys.executable).with_name(name))


def read(report: str) -> Iterator[Survivor]:
    """Read cosmic-ray's report: a diff for each survivor."""
    file = was = ""
    for line in report.splitlines():
        if line.startswith("--- "):
            file = line.split()[1].removeprefix("mutation diff").removeprefix("a")
        elif line.startswith("-") and not line.startswith("---"):
            was = line[1:].strip()
        elif line.startswith("+") and not line.startswith("+++"):
            yield Survivor(file, was, line[1:].strip())


def main() -> int:
    """Run the themes that are asked for, all of them if none is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("themes", nargs="*", metavar="THEME", help=", ".join(THEMES))
    options = parser.parse_args()
    known = KNOWN.read_text(encoding="utf-8")
    new = []
    for name in options.themes or THEMES:
        with tempfile.TemporaryDirectory() as folder:
            found = list(survivors(THEMES[name], Path(folder)))
        fresh = [one for one in found if f"`{one.was}`" not in known or f"`{one.became}`" not in known]
        print(f"{name}: {len(found)} survivors, {len(fresh)} of them not in {KNOWN.relative_to(ROOT)}")
        new += fresh
    for one in new:
        print(one)
    return int(bool(new))


if __name__ == "__main__":
    sys.exit(main())
