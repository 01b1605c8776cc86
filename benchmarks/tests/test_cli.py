"""The command, run as people and scripts run it: what it says of what cannot be done, and its exit codes."""

import argparse
import asyncio
import contextlib
import io
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from azureml_bench import cli
from azureml_emulator import Emulator, Endpoint

KEY = "a-key-that-nobody-may-see"
URL = "http://127.0.0.1:9/score"
Run = Callable[..., tuple[int, str, str]]


class Reached(Exception):
    """What was typed is right: now it would be measured."""


def called(arguments: Sequence[str]) -> tuple[int, str, str]:
    """Run the command here: its exit code, and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = cli.main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, a key in the environment, and nothing that is measured."""

    def reached(*_: object, **__: object) -> NoReturn:
        raise Reached

    def run(work: Coroutine[Any, Any, Any], **_: object) -> NoReturn:
        work.close()
        raise Reached

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THE_KEY", KEY)
    monkeypatch.setattr(asyncio, "run", run)
    monkeypatch.setattr(asyncio, "Runner", reached)
    monkeypatch.setattr(subprocess, "Popen", reached)
    for one in ("TemporaryFile", "NamedTemporaryFile", "TemporaryDirectory", "mkdtemp", "mkstemp"):
        monkeypatch.setattr(tempfile, one, reached)


def choices() -> dict[str, argparse.ArgumentParser]:
    """Give every command's parser."""
    (commands,) = [one for one in cli.parser()._actions if isinstance(one, argparse._SubParsersAction)]
    return dict(commands.choices)


OPTIONS = {name: [one for one in parser._actions if one.option_strings] for name, parser in choices().items()}
COMMANDS = sorted(OPTIONS)


def test_without_a_command_it_says_which_there_are() -> None:
    code, out, err = called([])
    assert (code, out) == (2, "")
    assert err == "azureml-bench: the following arguments are required: COMMAND; see azureml-bench --help\n"


def test_its_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\S*\n", called(["--version"])[1])


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_tells_what_it_takes(name: str) -> None:
    code, out, err = called([name, "--help"])
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: azureml-bench {name} ")
    undescribed = [one.option_strings or one.dest for one in choices()[name]._actions if not one.help]
    assert not undescribed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["measure"], "argument COMMAND: invalid choice: 'measure' (choose from"),
        (["run"], "run: the following arguments are required: url; see azureml-bench run --help"),
        (["run", URL, "--frobnicate"], "--frobnicate"),
        (["run", URL], "/score may be any model's: name its wire schema with --schema, such as --schema gpt2"),
        (["run", "localhost:8900/score"], "expected an http or https URL, not 'localhost:8900/score'"),
        (["run", "ftp://localhost/score"], "expected an http or https URL, not 'ftp://localhost/score'"),
        (["run", "http://["], "expected an http or https URL, not 'http://['"),
        (
            ["run", "http://localhost:99999/score"],
            "expected an http or https URL, not 'http://localhost:99999/score'",
        ),
        (["run", URL, "--schema", "gtp2"], "did you mean 'gpt2'"),
        (["run", URL, "--schema", "gpt2", "--stream"], "--stream: the schema 'gpt2' has no streamed answers"),
        (["run", URL, "--schema", "gpt2", "--key-env", "NO_SUCH"], "--key-env NO_SUCH: the environment has no such"),
        (["run", URL, "--schema", "gpt2", "--rate", "fast"], "fast"),
        (["run", URL, "--schema", "gpt2", "--arrivals", "tidal:3"], "tidal"),
        (["run", URL, "--schema", "gpt2", "--for", "soon"], "argument --for: 'soon'"),
        (["run", URL, "--schema", "gpt2", "--api-type", "cloud"], "argument --api-type: invalid choice: 'cloud'"),
    ],
    ids=lambda one: " ".join(one[1:]) if isinstance(one, list) else "",
)
@pytest.mark.usefixtures("elsewhere")
def test_wrong_usage_is_one_line_that_says_what_was_expected(arguments: list[str], said: str) -> None:
    code, out, err = called(arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.startswith("azureml-bench: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", ["run"])
def test_a_key_is_named_and_never_typed(name: str) -> None:
    takes = [option for one in OPTIONS[name] for option in one.option_strings]
    assert "--key-env" in takes
    assert "--key" not in takes


ODD = [
    "",
    " ",
    "-1",
    "0",
    "1",
    "1e999",
    "nan",
    "inf",
    "-0.0",
    "9" * 5000,
    "50/s",
    "0/s",
    "-5/s",
    "1s",
    "1ms",
    "-1s",
    "constant:50/s",
    "gamma:50/s:0.5",
    "gamma:",
    "ramp:1/s:2/s",
    "trace:",
    "trace:nothing.jsonl",
    "trace:.",
    ":::",
    "10..200/s:5",
    "200..10/s",
    "e2e:p99<2s, errors<1%",
    "e2e:p101<2s",
    "ttft<",
    "goodput>95%",
    "{}",
    "[",
    '{"max_tokens": 1}',
    "a=b",
    "=",
    "THE_KEY",
    KEY,
    "gpt2",
    "chat",
    ".",
    "nothing.json",
    "é\u202e\n\x1b[31m",
    "\udc80",
    "http://",
    "http://[",
    "http://127.0.0.1:99999/score",
    URL,
    "os:getcwd",
    "no_such_module:make",
]


@st.composite
def typed(draw: st.DrawFn) -> list[str]:
    """A command with options of its own, and what people and their scripts put after them by mistake."""
    name = draw(st.sampled_from(COMMANDS))
    word = st.sampled_from(ODD) | st.text(st.characters(exclude_characters="\0/\\", exclude_categories=["Cs"]))
    given = [name]
    if draw(st.booleans()):
        given += [URL, "--schema", "gpt2"]
    for one in draw(st.lists(st.sampled_from(OPTIONS[name]), max_size=3)):
        given.append(one.option_strings[0])
        if one.nargs != 0:
            given.append(draw(word))
    return given + draw(st.lists(word, max_size=1))


@pytest.mark.slow
@pytest.mark.usefixtures("elsewhere")
@given(arguments=typed())
@settings(
    max_examples=int(os.environ.get("HUNT", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nothing_that_is_typed_ends_in_a_traceback(arguments: list[str]) -> None:
    try:
        code, out, err = called(arguments)
    except Reached:
        return
    assert code in (0, 1, 2, 3)
    assert "Traceback" not in out + err
    if code == 2:
        assert err.startswith("azureml-bench: ")
        if KEY not in arguments:
            assert KEY not in err


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    endpoint = Endpoint("gpt2", schema="gpt2", key=KEY, latency=100)
    with Emulator([endpoint]) as emulator:
        yield emulator["gpt2"].url


SHORT = ["--schema", "gpt2", "--key-env", "THE_KEY", "--rate", "20/s", "--for", "0.5s", "--warmup", "0s"]


def until(code: int, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What it prints when it ends as it should: on a machine that is busy, a run may say that it is not valid."""
    monkeypatch.setenv("THE_KEY", KEY)
    for _ in range(3):
        ended, out, err = called(arguments)
        if ended == code:
            break
    if ended != code and "the machine was busy with something else" in out:
        pytest.skip("this machine is too busy to measure anything")
    assert ended == code, out + err
    assert KEY not in out + err
    return out


@pytest.mark.slow
def test_measured(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out = until(0, ["run", served, *SHORT], monkeypatch)
    assert "end to end" in out


@pytest.mark.slow
def test_an_objective_is_missed(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out = until(1, ["run", served, *SHORT, "--slo", "e2e:p50<1ms"], monkeypatch)
    assert "MISSED   e2e:p50<1ms" in out


@pytest.mark.slow
def test_nothing_could_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    failing = Endpoint("gpt2", schema="gpt2", key=KEY, faults=[{"type": "status", "status": 503}])
    with Emulator([failing]) as emulator:
        out = until(3, ["run", emulator["gpt2"].url, *SHORT], monkeypatch)
    assert "there is nothing to measure" in out


def test_nobody_is_there() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and nobody listens
        code, out, err = called(["run", f"http://127.0.0.1:{bound.getsockname()[1]}/score", "--schema", "gpt2"])
    assert (code, out) == (2, "")
    assert err.startswith("azureml-bench: cannot connect to 127.0.0.1:")
    assert err.count("\n") == 1


@pytest.mark.slow
def test_how_many_requests_it_will_be_is_said_before(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_KEY", KEY)
    assert called(["run", served, *SHORT])[2].startswith(f"about 10 requests, in 0.5 s, to {served}\n")
    closed = ["--schema", "gpt2", "--key-env", "THE_KEY", "--concurrency", "2", "--for", "0.2s", "--warmup", "0s"]
    said = called(["run", served, *closed, "--retries", "1"])[2]
    assert said.startswith("as many requests as 2 users get answered, each up to 2 times, in 0.2 s")


def test_what_is_interrupted_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("azureml_bench.shape.known", interrupted)
    assert called(["run", URL, "--schema", "gpt2"]) == (130, "", "")


@pytest.mark.slow
def test_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "azureml_bench", "run", "nowhere"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "azureml-bench: expected an http or https URL, not 'nowhere'\n"
