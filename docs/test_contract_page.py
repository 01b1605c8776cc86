"""The page about contracts, followed as a newcomer does: its files are written, its commands run, in its order."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from azureml_contract.catalogue import described
from azureml_contract.cli import parser
from azureml_emulator.endpoint import DEVELOPMENT_KEY

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/contract.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:`(?P<file>[\w./-]+)`[^`\n]*:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
BLOCKS = list(BLOCK.finditer(PAGE))


def of(language):
    return [one for one in BLOCKS if one["language"] == language]


@pytest.fixture(scope="module")
def served():
    """The main address of `azureml-emulator serve`."""
    command = [sys.executable, "-m", "azureml_emulator", "serve", "--port", "0", "--print-urls", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()


def expected(shown):
    """What is shown as a pattern: times differ, and `...` stands for any lines."""
    lines = [r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\s*?\n" for line in shown.strip().splitlines()]
    return re.sub(r"in\\ [\d.\\]+\\ s", r"in [\\d.]+ ?s.*", "".join(lines))


def run(command, folder):
    words = shlex.split(command)
    modules = {"azureml-contract": "azureml_contract.cli", "pytest": "pytest"}
    arguments = ["-p", "no:cacheprovider", "-p", "azureml_contract.pytest_plugin"] if words[0] == "pytest" else []
    environment = {
        **os.environ,
        "MY_ENDPOINT_KEY": DEVELOPMENT_KEY,
        "PYTHONPATH": str(folder),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # a file that is mended within a second is another one
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", modules[words[0]], *arguments, *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


@pytest.mark.slow
def test_a_newcomer_gets_what_is_shown(tmp_path, served):
    for block in BLOCKS:
        if block["file"] and block["language"] in ("python", "json"):
            (tmp_path / block["file"]).write_text(block["text"], encoding="utf-8")
        if block["language"] != "console":
            continue
        for part in block["text"].replace("\\\n", "").replace("http://127.0.0.1:8900", served).split("$ ")[1:]:
            command, _, shown = part.partition("\n")
            if command.startswith("pip "):
                continue
            done = run(command, tmp_path)
            assert re.fullmatch(expected(shown), done.stdout), f"{command}\n{done.stdout}{done.stderr}"
            assert done.returncode == shown.startswith("FAIL"), command


def test_every_file_has_a_name():
    assert all(one["file"] for one in [*of("python"), *of("json"), *of("yaml")])


@pytest.mark.parametrize("block", of("yaml"), ids=lambda one: one["file"])
def test_pipelines_are_valid_and_run_what_was_shown_before(block):
    pipeline = yaml.load(block["text"], yaml.BaseLoader)
    steps = pipeline["steps"] if "steps" in pipeline else pipeline["jobs"]["contract"]["steps"]
    scripts = [one.get("run", one.get("script")) for one in steps]
    assert "pip install 'azureml-emulator[contract]'" in scripts
    (check,) = [one for one in scripts if one and one.startswith("azureml-contract check")]
    assert check.removesuffix(" --junit contract.xml") in PAGE.partition("## In CI")[0]
    assert all(len({"uses", "run", "task", "script"} & one.keys()) == 1 for one in steps)


def test_every_command_option_and_check_is_on_the_page():
    actions = parser()._subparsers._group_actions[0].choices
    for name in actions:
        assert f"azureml-contract {name}" in PAGE, name
    for one in described().values():
        assert f"| {one.id} | `{one.name}` | " in PAGE
