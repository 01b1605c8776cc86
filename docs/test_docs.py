"""The documentation runs, is complete, and its tables are those of the code."""

import contextlib
import dataclasses
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import azureml_endpoint
from azureml_emulator import cli, config
from azureml_emulator.endpoint import Deployment, Endpoint

ROOT = Path(__file__).resolve().parents[1]
ELSEWHERE = ["arm.md", "benchmark.md", "contract.md", "contributing.md", "hunts.md"]
"""Pages whose blocks need what is not here: other packages, hours, or a folder of files (test_contract_page.py)."""
PAGES = [
    "README.md",
    *(f"docs/{one.name}" for one in sorted((ROOT / "docs").glob("*.md")) if one.name not in ELSEWHERE),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(language):
    found_blocks = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            if found[1] == language:
                line = text.count("\n", 0, found.start()) + 1
                found_blocks.append(pytest.param(found[2], text[found.end() :], id=f"{page}:{line}"))
    return found_blocks


def test_generated_parts_are_up_to_date():
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs/generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("code", "after"), blocks("python"))
def test_python_blocks_run_and_print_what_is_shown(code, after, request):
    printed = io.StringIO()
    names = {"__name__": "documentation"}
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "documentation", "exec"), names)
        for name, test in list(names.items()):
            if name.startswith("test_"):
                test(request.getfixturevalue("azureml_emulator"))
    shown = re.match(r"\n*```text\n(.*?)```", after, re.DOTALL)
    if shown:
        assert printed.getvalue() == shown[1]


@pytest.fixture(scope="module")
def served():
    """The main address of `azureml-emulator serve`."""
    command = [sys.executable, "-m", "azureml_emulator", "serve", "--port", "0", "--print-urls", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()


def commands(text):
    """Give each command of a console block with the lines that it is shown to print."""
    for part in text.replace("\\\n", "").split("$ ")[1:]:
        line, _, printed = part.partition("\n")
        yield line, printed


MODULES = {"azureml-emulator": "azureml_emulator", "azureml-contract": "azureml_contract.cli"}


def untimed(text):
    """A text without how long something took."""
    return re.sub(r"in [\d.]+ s$", "", text)


@pytest.mark.slow
@pytest.mark.parametrize(("lines", "_after"), blocks("console"))
def test_commands_run_and_print_what_is_shown(lines, _after, served, monkeypatch):
    monkeypatch.chdir(ROOT)
    for line, shown in commands(lines):
        words = shlex.split(line.replace("http://127.0.0.1:8900", served))
        if words[:2] in (["pip", "install"], ["azureml-emulator", "serve"]):
            continue  # what `make` does for a clone, and what the fixture does
        if words[0] in ("azureml-bench", "export"):
            continue  # test_benchmark_page.py runs these
        if words[0] in MODULES:
            words = [sys.executable, "-m", MODULES[words[0]], *words[1:]]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, line
        assert not shown or untimed(done.stdout.strip()) == untimed(shown.strip())


def test_configurations_shown_are_valid(tmp_path):
    shown = [found[2] for page in PAGES for found in BLOCK.finditer((ROOT / page).read_text(encoding="utf-8"))]
    files = [text for text in shown if text.startswith("# azureml-emulator serve --config")]
    assert files
    for text in files:
        (tmp_path / "emulator.yml").write_text(text, encoding="utf-8")
        assert config.load(str(tmp_path / "emulator.yml")).endpoints


def everything():
    return "\n".join((ROOT / page).read_text(encoding="utf-8") for page in [*PAGES, "docs/fidelity.md"])


def test_every_setting_is_documented():
    text = everything()
    for owner in (config.Config, Endpoint, Deployment):
        for one in dataclasses.fields(owner):
            assert f"`{one.name}`" in text, f"{owner.__name__}.{one.name}"


def test_every_command_is_documented():
    text = everything()
    for name in cli.parser()._subparsers._group_actions[0].choices:
        assert f"azureml-emulator {name}" in text, name


def test_every_formatter_and_error_of_the_client_is_documented():
    text = everything()
    for name in azureml_endpoint.__all__:
        if name.endswith(("Formatter", "Error")):
            assert name in text, name


def test_links_lead_somewhere():
    for page in [*PAGES, *(f"docs/{one}" for one in ELSEWHERE), "benchmarks/README.md", "CHANGELOG.md"]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / page).read_text(encoding="utf-8")):
            assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"
