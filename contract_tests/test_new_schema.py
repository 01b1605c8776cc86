"""Adding a wire shape touches one new file.

A copy of the installed package gets one file more in its `schemas/`, and nothing else. In processes of their own,
every door then knows the shape: the command line, the server, configuration files and their JSON Schema, and the
tests that go for every shape.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import pytest

import azureml_emulator

EVERY_SCHEMA = Path(__file__).with_name("test_every_schema.py")

NEW = '''
"""Question answering: one question over one text."""

from azureml_emulator.schema import Fields, Prompt, Reading, Schema, Scoring


class Pair(Fields):
    """A question, and where to look."""

    question: str
    context: str


class Request(Fields):
    """The whole body."""

    pair: Pair


class Response(Fields):
    """The whole answer."""

    found: str
    score: float


def read(body: Request) -> Reading:
    """The question is the prompt, the context a parameter."""
    return Reading((Prompt(body.pair.question),), {"context": body.pair.context})


def write(scoring: Scoring) -> dict[str, object]:
    """The answer, and full confidence."""
    return {"found": scoring.texts[0], "score": 1.0}


SCHEMA = Schema(
    name="question",
    about="Question answering, dropped in by a test",
    request=Request,
    response=Response,
    read=read,
    write=write,
    paths=("/score", "/v1/ask"),
    example={"pair": {"question": "What is my name?", "context": "My name is John."}},
    evidence="made up",
)
'''


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    """The environment of a process in which the package has one file more."""
    root = tmp_path_factory.mktemp("site")
    original = Path(azureml_emulator.__file__).parent
    copy = root / original.name
    shutil.copytree(original, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = {file.relative_to(copy) for file in copy.rglob("*")}
    (copy / "schemas" / "question.py").write_text(NEW, encoding="utf-8")
    assert {file.relative_to(copy) for file in copy.rglob("*")} - before == {Path("schemas/question.py")}
    return {**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"}


def ran(environment: dict[str, str], *arguments: str, code: int = 0, folder: Path | None = None) -> str:
    """Run Python on the copy, and give what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def command(environment: dict[str, str], *arguments: str, code: int = 0) -> str:
    return ran(environment, "-m", "azureml_emulator", *arguments, code=code)


def test_the_copy_is_what_runs(environment):
    where = ran(environment, "-c", "import azureml_emulator; print(azureml_emulator.__file__)")
    assert where.startswith(environment["PYTHONPATH"])


def test_it_is_unknown_without_the_file():
    assert "unknown schema 'question'" in command(dict(os.environ), "schemas", "question", code=1)


def test_listed(environment):
    assert re.search(
        r"^question +dedicated +/score +Question answering", command(environment, "schemas"), re.MULTILINE
    )


def test_shown_with_an_answered_example(environment):
    shown = command(environment, "schemas", "question")
    assert '"found": "What is my name?"' in shown
    assert re.search(r"^curl http://\S+/score .*My name is John", shown, re.MULTILINE)


def test_served(environment):
    serving = [sys.executable, "-m", "azureml_emulator", "serve", "--port", "0", "--print-urls", "json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "encoding": "utf-8"}
    with subprocess.Popen(serving, env=environment, **pipes) as process:
        try:
            endpoints = {one["name"]: one for one in json.loads(process.stdout.readline())["endpoints"]}
            assert endpoints["question"]["api_type"] == "dedicated"
            body = json.dumps({"pair": {"question": 'Who\n"?"', "context": ""}}).encode()
            headers = {
                "Authorization": f"Bearer {endpoints['question']['key']}",
                "Content-Type": "application/json",
            }
            for path in ("/score", "/v1/ask"):
                request = Request(endpoints["question"]["base_url"] + path, body, headers)
                with build_opener(ProxyHandler({})).open(request, timeout=10) as response:
                    assert json.load(response) == {"found": 'Who\n"?"', "score": 1.0}
        finally:
            process.terminate()
            process.wait(timeout=15)


def test_configured(environment, tmp_path):
    file = tmp_path / "emulator.yaml"
    file.write_text("endpoints:\n  - name: faq\n    schema: question\n", encoding="utf-8")
    assert "valid, 1 endpoint(s): faq" in command(environment, "validate", str(file))
    file.write_text("endpoints:\n  - name: faq\n    schema: questoin\n", encoding="utf-8")
    refused = command(environment, "validate", str(file), code=1)
    assert "question" in refused.replace("questoin", "")


def test_in_the_json_schema_of_configurations(environment):
    described = command(environment, "config-schema")
    listed = [enum for enum in enums(json.loads(described)) if "gpt2" in enum]
    assert listed
    assert all("question" in enum for enum in listed)


def enums(value: object) -> list[list[str]]:
    """Give every list of allowed values in a JSON Schema."""
    if isinstance(value, list):
        return [enum for one in value for enum in enums(one)]
    if not isinstance(value, dict):
        return []
    here = [value["enum"]] if isinstance(value.get("enum"), list) else []
    return here + [enum for one in value.values() for enum in enums(one)]


def test_it_passes_what_every_shape_must(environment, tmp_path):
    """The tests for every shape, unchanged, take it in by themselves."""
    shutil.copy(EVERY_SCHEMA, tmp_path)
    (tmp_path / "contract_tests").mkdir()
    shutil.copy(EVERY_SCHEMA.with_name("kinds.py"), tmp_path / "contract_tests")
    options = [
        "-p",
        "azureml_emulator.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "-W",
        "error",
        "-o",
        "markers=slow",
        "-k",
        "question",
        "-v",
    ]
    bare = {**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    told = ran(bare, "-m", "pytest", *options, EVERY_SCHEMA.name, folder=tmp_path)
    passed = {line.partition("[")[0].rpartition("::")[2] for line in told.splitlines() if "PASSED" in line}
    assert passed >= {
        "test_example_is_answered_in_the_response_type",
        "test_every_path_is_served",
        "test_wrong_shape_is_refused_by_name_of_the_field",
        "test_text_survives",
        "test_megabyte_survives",
    }
