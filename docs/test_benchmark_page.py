"""The page about measuring, followed as a newcomer does: its files are written, its commands run, in its order.

Figures differ each time, so what a command prints is compared by its words. It measures for a second or two here.
"""

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from azureml_bench.cli import parser
from azureml_bench.objective import objectives

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/benchmark.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:`(?P<file>[\w./-]+)`[^`\n]*:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
PIPELINES = ("# .github/", "# azure-pipelines")
BLOCKS = [one for one in BLOCK.finditer(PAGE) if not one["text"].startswith(PIPELINES)]
SERVED = "http://127.0.0.1:8900"
SHORT = (
    (r"--for \d+s", "--for 2s --warmup 0s"),
    (r"--blocks \d+", "--blocks 5 --block 600ms --settle 100ms --warmup 0s"),
    (r"--rounds \d+", "--rounds 3 --calls 3 --starts 1"),
)
CODES = {"run": {0, 3}, "compare": {0, 1, 3}, "client": {0, 3}, "locust": {0}}
"""Exit codes: in a second, on a machine that is busy, a run may not be valid, and a comparison cannot always tell."""


def commands(block):
    """Give each command of a console block with what it is shown to print."""
    for part in block["text"].replace("\\\n", "").split("$ ")[1:]:
        command, _, shown = part.partition("\n")
        yield command.strip(), shown


def shown_in(blocks):
    """All commands of pages, each with what it is shown to print."""
    return [one for block in blocks if block["language"] == "console" for one in commands(block)]


CONSOLE = shown_in(BLOCKS)
README = [
    one for one in shown_in(BLOCK.finditer((ROOT / "README.md").read_text(encoding="utf-8"))) if "-bench" in one[0]
]


@contextlib.contextmanager
def served(config):
    """The main address of an emulator in a process of its own."""
    words = ["azureml_emulator", "serve", "--config", str(config), "--port", "0", "--print-urls", "json"]
    with subprocess.Popen(
        [sys.executable, "-m", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


def run(command, folder, url):
    """Run a command of the page, shortly."""
    for long, short in SHORT:
        command = re.sub(long, short, command)
    return subprocess.run(
        [sys.executable, "-m", "azureml_bench", *shlex.split(command.replace(SERVED, url))[1:]],
        cwd=folder,
        env={**os.environ, "ENDPOINT_KEY": "azureml-emulator-development-key", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def words(line):
    """A line without its figures, and without how it is set in columns; of a row of figures, what they are of."""
    first, *cells = re.split(r" {2,}", line.strip())
    told = first if any(re.search(r"\d", one) for one in cells) else line
    return " ".join(re.sub(r"[-+]?\d[\d.,]*(%|/s| ?ms| ?us| ?s\b)?\*?", "#", told).split())


def missing(shown, printed):
    """The lines that are shown and were not printed, but for what a comparison came to: that is the machine's."""
    said = {words(line) for line in printed.splitlines()}
    told = [line for line in shown.splitlines() if line.strip(" .") and "slow" not in line.lower()]
    return [line for line in told if words(line) not in said]


@pytest.mark.slow
def test_a_newcomer_gets_what_is_shown(tmp_path):
    for block in BLOCKS:
        if block["file"]:
            (tmp_path / block["file"]).write_text(block["text"], encoding="utf-8")
    with served(tmp_path / "slow.yml") as url:
        for command, shown in [*CONSOLE, *README]:
            if not command.startswith("azureml-bench "):
                assert command.startswith(("pip install ", "azureml-emulator serve ", "export ENDPOINT_KEY=")), (
                    command
                )
                continue
            done = run(command, tmp_path, url)
            printed = done.stdout.replace(url, SERVED)
            assert done.returncode in CODES[command.split()[1]], f"{command}\n{printed}{done.stderr}"
            assert not missing(shown, printed), f"{command}\n{printed}{done.stderr}"
    assert {"report.html", "summary.json", "requests.jsonl", "junit.xml"} <= {
        one.name for one in (tmp_path / "measured").iterdir()
    }


def test_what_differs_in_words_is_noticed():
    shown = "end to end [ms]  73.1   1.2 s\n...\n"
    assert missing(shown, "end to end [ms]   9  88 ms\n") == []
    assert missing(shown, "to the end [ms]   9  88 ms\n") == ["end to end [ms]  73.1   1.2 s"]


def test_its_commands_are_understood():
    asked = [parser().parse_args(shlex.split(one)[1:]) for one, _ in CONSOLE if one.startswith("azureml-bench ")]
    assert len(asked) >= 6
    assert README
    assert {one.split()[1] for one, _ in CONSOLE if one.startswith("azureml-bench ")} >= {
        "run", "compare", "client", "locust",
    }  # fmt: skip
    assert objectives(slo for one in asked for slo in getattr(one, "slo", None) or ())


def test_every_command_and_option_is_on_the_page():
    for name, command in parser()._subparsers._group_actions[0].choices.items():
        assert f"azureml-bench {name}" in PAGE, name
        for one in command._actions:
            for option in one.option_strings:
                assert option in ("-h", "--help") or option in PAGE, f"{name} {option}"


def test_every_code_and_file_has_a_name():
    assert all(one["file"] for one in BLOCKS if one["language"] in ("python", "yaml"))
