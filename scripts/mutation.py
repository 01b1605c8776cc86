"""Change the code in small ways, one at a time, and list the changes that no test notices.

python scripts/mutation.py [formatters] [kit] [--sample N] [--seed S]

Works on a clone of the last commit in a temporary folder, with cosmic-ray, one change after the other. Each is put to
the tests that are about its module; one that they do not notice is put to all tests of its theme. Survivors that are
known stand in docs/hunts.md, each with its reason; any other makes the exit code 1.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

ROOT = Path(__file__).parent.parent
KNOWN = ROOT / "docs" / "hunts.md"
PYTHON = ROOT / ".venv" / "bin" / "python"
PACKAGES = ("client", "emulator", "contract_tests")
PLUGINS = ("xdist", "hypothesispytest", "azureml_emulator", "azureml_contract")
NEAR_LIMIT, WHOLE_LIMIT = 300, 3600
"""Seconds after which tests do not end any more, on a busy machine too: those of a module, and all of a theme."""

POINTLESS = [
    r"core/ReplaceBinaryOperator_\w+_(Mod|LShift|RShift|Pow|FloorDiv|Div|Mul|BitXor)$",
    r"core/ReplaceBinaryOperator_(?!BitAnd)\w+_(BitOr|BitAnd)$",
    r"core/ReplaceBinaryOperator_(BitOr|Pow)_",
    r"core/ReplaceComparisonOperator_Eq_(?!NotEq$)",
    r"core/ReplaceComparisonOperator_NotEq_(?!Eq$)",
    r"core/ReplaceComparisonOperator_Is_(?!IsNot$)",
    r"core/ReplaceComparisonOperator_IsNot_(?!Is$)",
    r"core/ReplaceComparisonOperator_(Gt|GtE|Lt|LtE)_(Is|IsNot)$",
    r"core/ReplaceUnaryOperator_USub_\w+",
]
"""Changes that nobody would make, or that mean what another one means.

Arithmetic on sets, texts and types; an order of what has none; identity instead of equality, which goes by what
Python happens to keep once. Of each kind its opposite is left, and the taking away of a minus.
"""


@dataclass(frozen=True)
class Subject:
    """What is changed, and the tests that are about it."""

    path: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Theme:
    """What is changed, and all the tests by which a change should be noticed in the end."""

    subjects: tuple[Subject, ...]
    tests: tuple[str, ...]


def of_client(module: str, *tests: str) -> Subject:
    """Give a module of the client's formatters, and the names of its tests."""
    return Subject(f"client/azureml_endpoint/{module}.py", tuple(f"client/tests/test_{one}.py" for one in tests))


def of_kit(module: str) -> Subject:
    """Give a module of the kit, whose tests are called as it is."""
    return Subject(f"contract_tests/azureml_contract/{module}.py", (f"contract_tests/kit/test_{module}.py",))


THEMES = {
    "formatters": Theme(
        (
            of_client("formatters/signatures", "signatures"),
            of_client("formatters/states", "states"),
            of_client("formatters/binding", "binding", "signatures"),
            of_client("formatters/escapes", "formatters"),
            of_client("formatters/contract", "states", "formatters"),
            of_client("formatters/completions", "formatters"),
            of_client("formatters/chats", "chat_formatters"),
            of_client("payloads", "binding", "formatters"),
        ),
        ("client/tests", "contract_tests/golden", "contract_tests/test_client.py"),
    ),
    "kit": Theme(
        (
            of_kit("causes"),
            of_kit("difference"),
            of_kit("formatter"),
            of_kit("inspection"),
            of_kit("search"),
            of_kit("verdict"),
            of_kit("wire"),
            Subject("emulator/azureml_emulator/places.py", ("emulator/tests/test_places.py",)),
        ),
        ("contract_tests/kit", "contract_tests/zoo"),
    ),
}


@dataclass(frozen=True)
class Survivor:
    """A change that no test noticed: the lines as they were and as they became, nothing if they were taken away."""

    file: str
    was: str
    became: str

    def __str__(self) -> str:
        return f"`{self.was}` -> " + (f"`{self.became}`" if self.became else "(nothing)")


@dataclass(frozen=True)
class Session:
    """The changes to a subject, in a clone, and what became of each."""

    subject: Subject
    clone: Path
    file: Path

    def begin(self, sample: int | None = None, seed: int = 0) -> tuple[int, int]:
        """Find the changes; gives how many there are, and how many of them are tried."""
        config = self._config(self.subject.tests, NEAR_LIMIT)
        self._run("cosmic-ray", "init", config, self.file)
        self._run("cr-filter-operators", self.file, config)
        found = self._rows(
            "SELECT job_id FROM mutation_specs WHERE job_id NOT IN (SELECT job_id FROM work_results)"
            " ORDER BY module_path, operator_name, operator_args, occurrence"
        )
        if sample is None or sample >= len(found):
            return len(found), len(found)
        tried = Random(seed).sample(found, sample)
        for left_out in set(found) - set(tried):
            self._rows("INSERT INTO work_results (worker_outcome, job_id) VALUES ('SKIPPED', ?)", left_out)
        return len(found), sample

    def put_to(self, tests: tuple[str, ...], limit: int) -> int:
        """Put each change to tests that no test noticed so far; gives how many of them none of these notices."""
        config = self._config(tests, limit)
        try:
            self._run("cosmic-ray", "--verbosity", "ERROR", "baseline", config)
        except subprocess.CalledProcessError:
            raise SystemExit(f"{' '.join(tests)}: they fail without any change") from None
        self._rows("DELETE FROM work_results WHERE test_outcome = 'SURVIVED'")
        self._run("cosmic-ray", "exec", config, self.file)
        failed = self._rows("SELECT output FROM work_results WHERE test_outcome = 'INCOMPETENT'")
        if failed:
            raise SystemExit(f"{self.subject.path}: a change could not be tried:\n{failed[0][0]}")
        return len(self.survivors())

    def survivors(self) -> list[Survivor]:
        """Give the changes that were not noticed."""
        return [
            survivor(diff) for (diff,) in self._rows("SELECT diff FROM work_results WHERE test_outcome = 'SURVIVED'")
        ]

    def endless(self) -> int:
        """Count the changes that count as noticed since tests did not end."""
        return len(self._rows("SELECT job_id FROM work_results WHERE output = 'timeout'"))

    def _rows(self, statement: str, values: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        connection = sqlite3.connect(self.file)
        try:
            with connection:
                return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def _config(self, tests: tuple[str, ...], limit: int) -> Path:
        plugins = " ".join(f"-p {name}" for name in PLUGINS)
        command = (
            f"{PYTHON} -m pytest -x -q -p no:cacheprovider --disable-plugin-autoload {plugins} --assert=plain"
            f" --hypothesis-profile=ci -m 'not slow' {' '.join(tests)}"
        )
        config = self.file.with_suffix(".toml")
        config.write_text(
            f"[cosmic-ray]\nmodule-path = {json.dumps(self.subject.path)}\ntimeout = {limit}.0\n"
            f"excluded-modules = []\ntest-command = {json.dumps(command)}\n"
            '[cosmic-ray.distributor]\nname = "local"\n'
            f"[cosmic-ray.filters.operators-filter]\nexclude-operators = {json.dumps(POINTLESS)}\n",
            encoding="utf-8",
        )
        return config

    def _run(self, tool: str, *arguments: object) -> None:
        packages = os.pathsep.join(str(self.clone / name) for name in PACKAGES)
        command = [str(Path(sys.executable).with_name(tool)), *map(str, arguments)]
        environment = os.environ | {"PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(command, cwd=self.clone, env=environment, check=True)


def survivor(diff: str) -> Survivor:
    """Read the diff of a change."""
    lines = [line for line in diff.splitlines() if line]
    head = next(at for at, line in enumerate(lines) if line.startswith("@@"))
    file = next(line for line in lines if line.startswith("--- a/")).removeprefix("--- a/")
    was, became = (" ".join(" ".join(one[1:] for one in lines[head:] if one[0] == sign).split()) for sign in "-+")
    return Survivor(file.strip(), was, became)


def cloned(folder: Path) -> Path:
    """Clone the last commit. What is compiled is kept with a hash of its source, so that no change is overlooked."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    compiling = [str(PYTHON), "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", *PACKAGES]
    subprocess.run(compiling, cwd=clone, check=True)
    return clone


def run(theme: Theme, known: str, sample: int | None, seed: int) -> int:
    """Try the changes of a theme, and tell about each module; gives how many survivors are not known."""
    new = 0
    with tempfile.TemporaryDirectory() as folder:
        clone = cloned(Path(folder))
        for number, subject in enumerate(theme.subjects):
            begun = monotonic()
            session = Session(subject, clone, Path(folder) / f"{number}.sqlite")
            found, tried = session.begin(sample, seed)
            near = session.put_to(subject.tests, NEAR_LIMIT) if tried else 0
            left = session.put_to(theme.tests, WHOLE_LIMIT) if near else 0
            seconds = monotonic() - begun
            counts = "".join(f"{count:7}" for count in (found, tried, near, left, session.endless()))
            print(f"{counts}{seconds:7.0f}  {subject.path}", flush=True)
            for one in session.survivors():
                is_known = str(one) in known
                new += not is_known
                print(f"  {'known' if is_known else 'NEW'}: {one}", flush=True)
    return new


def main() -> int:
    """Run the themes that are asked for, all of them if none is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("themes", nargs="*", metavar="THEME", help=", ".join(THEMES))
    parser.add_argument("--sample", type=int, metavar="N", help="try so many changes of each module, not all")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which ones, by chance (0)")
    options = parser.parse_args()
    if unknown := set(options.themes) - THEMES.keys():
        parser.error(f"there is no theme {', '.join(sorted(unknown))}; there are {', '.join(THEMES)}")
    known = KNOWN.read_text(encoding="utf-8").replace("\\|", "|")
    new = 0
    for name in options.themes or THEMES:
        print(f"{name}: changes, tried, missed by the module's tests, by all, without an end, seconds")
        new += run(THEMES[name], known, options.sample, options.seed)
    print(f"{new} survivors are not in {KNOWN.relative_to(ROOT)}")
    return int(bool(new))


if __name__ == "__main__":
    sys.exit(main())
