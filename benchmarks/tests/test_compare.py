"""The command `azureml-bench compare`, as somebody types it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from azureml_bench import caller, cli, interleaving, shape
from azureml_bench.commands import compare as command
from azureml_bench.commands.compare import share
from azureml_bench.health import Health
from azureml_bench.load import Phases
from azureml_bench.plan import Plan
from azureml_bench.run import Run
from azureml_bench.sample import Sample
from azureml_bench.summing import summary
from azureml_bench.target import Target
from azureml_emulator.simulation.arrivals import Poisson

BASE, HEAD = "http://127.0.0.1:9/score", "http://127.0.0.1:8/score"
LIVE = [
    "compare",
    "--base",
    BASE,
    "--head",
    HEAD,
    "--schema",
    "gpt2",
    "--warmup",
    "0",
    "--block",
    "1",
    "--blocks",
    "6",
]
Served = Callable[..., list[Plan]]


def run_of(plan: Plan, latency: float, stopped: float | None = None) -> Run:
    samples = [
        Sample(due.number, due.phase, due.at, due.at, due.at + round(latency * 1e9), status=200)
        for due in plan.dues()
    ]
    return Run(plan, samples, Health([0.0] * len(samples), [0.0], 0.1, 1, stopped=stopped), 5.0, 2.0)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    """Have head answer `slower` times as slowly as base, without a network; give the plans that were measured."""

    def serve(slower: float, stops: int = -1) -> list[Plan]:
        asked: list[Plan] = []
        random = Random(1)

        async def measure(plan: Plan, began: float) -> Run:
            asked.append(plan)
            latency = 0.1 * random.gauss(1, 0.002) * (slower if plan.target.url == HEAD else 1)
            return run_of(plan, latency, 0.5 if len(asked) == stops else None)

        async def reached(target: Target) -> None:
            """Find it, whatever it is."""

        monkeypatch.setattr(interleaving, "measure", measure)
        monkeypatch.setattr(caller, "reach", reached)
        return asked

    return serve


@pytest.mark.parametrize(
    ("slower", "code", "word"), [(1.0, 0, "NOT SLOWER"), (1.05, 1, "SLOWER"), (0.8, 0, "NOT SLOWER")]
)
def test_two_urls(served: Served, capsys: pytest.CaptureFixture[str], slower: float, code: int, word: str) -> None:
    asked = served(slower)
    assert cli.main(LIVE) == code
    out, err = capsys.readouterr()
    assert out.startswith(f"{word}: end to end, p50 is ")
    assert f"base: {BASE}\nhead: {HEAD}\ncompared: 6 pairs of blocks; tolerance 2.5%" in out
    assert [line.split("  ")[0] for line in err.splitlines()] == [f"pair {number} of 6" for number in range(1, 7)]
    assert len(asked) == 12


def test_cannot_tell_fails_or_passes_as_one_likes(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    served(1.0)
    few = [*LIVE[:-1], "4"]
    assert cli.main(few) == 3
    assert capsys.readouterr().out.startswith("CANNOT TELL: ")
    assert cli.main([*few, "--cannot-tell", "pass"]) == 0
    assert cli.main([*few, "--cannot-tell", "fail"]) == 3


def test_what_is_written(served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    served(1.2)
    assert cli.main([*LIVE, "--json", "-", "--junit", str(tmp_path / "junit.xml")]) == 1
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert (document["verdict"], document["kind"], len(document["pairs"])) == ("slower", "interleaved", 6)
    assert "SLOWER: " in err
    assert ET.parse(tmp_path / "junit.xml").getroot().get("failures") == "1"


def test_the_key_is_nowhere(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = served(1.0)
    monkeypatch.setenv("BASE_KEY", "secret-of-base")
    monkeypatch.setenv("BOTH_KEY", "secret-of-both")
    file = tmp_path / "all.json"
    assert cli.main([*LIVE, "--key-env", "BOTH_KEY", "--base-key-env", "BASE_KEY", "--json", str(file)]) == 0
    assert {one.target.url: one.target.key for one in asked} == {BASE: "secret-of-base", HEAD: "secret-of-both"}
    assert "secret" not in "".join(capsys.readouterr()) + file.read_text(encoding="utf-8")


def test_two_deployments_of_one_endpoint(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    asked = served(1.0)
    one = ["compare", "--base", BASE, "--head", BASE, *LIVE[5:], "--quiet"]
    assert cli.main([*one, "--base-deployment", "blue", "--head-deployment", "green"]) == 0
    assert {made.target.deployment for made in asked} == {"blue", "green"}
    assert capsys.readouterr().err == ""


def test_what_somebody_stopped(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    served(1.0, stops=5)
    assert cli.main(LIVE) == 130
    assert "cut short" in capsys.readouterr().out


def test_time_makes_the_blocks() -> None:
    def made(*typed: str) -> tuple[float, ...]:
        return command._blocks(cli.parser().parse_args([*LIVE[:9], *typed]))

    assert made() == (12, 2.0, 0.5)
    assert made("--block", "1.5s", "--for", "24s") == (6, 1.5, 0.5)
    assert made("--for", "2000s") == (200, 4.5, 0.5)
    assert made("--for", "2000s", "--blocks", "20", "--block", "3") == (20, 3.0, 0.5)


def test_what_decides_is_asked_for(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    served(1.1)
    assert cli.main([*LIVE, "--metric", "e2e:p99", "--metric", "ttfb", "--tolerance", "20%"]) == 3
    assert cli.main([*LIVE, "--metric", "e2e:p99", "--tolerance", "0.2", "--confidence", "90%"]) == 0
    assert "end to end, p99 (decides)" in capsys.readouterr().out


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    monkeypatch.chdir(tmp_path)

    def write(name: str, latency: float, count: int, rate: float = 10.0) -> list[str]:
        names = [f"{name}{number}.json" for number in range(count)]
        plan = Plan(Target(BASE, shape.known("gpt2")), Poisson(rate), phases=Phases(0, 2))
        for number, one in enumerate(names):
            told = summary(run_of(plan, latency * (1 + number / 1000)))
            Path(one).write_text(told.model_dump_json(), encoding="utf-8")
        return names

    return write


def test_runs_of_before(files: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    base, head, same = files("a", 0.1, 5), files("b", 0.11, 5), files("c", 0.1, 6)
    assert cli.main(["compare", "--base", *base, "--head", *head]) == 1
    out = capsys.readouterr().out
    assert out.startswith("SLOWER: end to end, p50 is 10.0% slower")
    assert "compared: 5 runs of each side" in out
    assert "warning: weaker: runs, not interleaved blocks" in out
    assert cli.main(["compare", "--base", *base, "--head", *same]) == 0


def test_two_files_are_figures_without_a_verdict(
    files: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["compare", *files("a", 0.1, 1), *files("b", 0.2, 1)]) == 3
    out = capsys.readouterr().out
    assert "CANNOT TELL: end to end, p50 is 100.0% slower (no interval); 1 runs of each side are too few" in out


def test_other_plans_are_refused(files: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["compare", *files("a", 0.1, 1), *files("b", 0.1, 1, rate=20.0)]) == 2
    expected = "a0.json and b0.json were measured differently, so they cannot be compared: load.rate: 10.0 and 20.0"
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ([], "expected --base and --head, URLs or files, or two files"),
        (["a.json"], "expected two files, or --base and --head"),
        (["a.json", "b.json", "--base", "c.json"], "expected two files, or --base and --head"),
        (["--base", BASE], "expected --base and --head"),
        (["--base", BASE, "--head", "a.json"], "expected URLs or files, not both"),
        (["--base", BASE, BASE, "--head", HEAD], "expected one URL after --base"),
        ([*LIVE[1:], "--metric", "e3e"], "--metric 'e3e': expected one of e2e, "),
        ([*LIVE[1:], "--metric", "e2e:p12"], "--metric 'e2e:p12': expected one of mean, p50, "),
        ([*LIVE[1:], "--tolerance", "2"], "expected a share above 0 and below 1, such as 5% or 0.05"),
        ([*LIVE[1:], "--blocks", "0"], "expected 1 to 200 blocks of each side, not 0"),
        ([*LIVE[1:], "--arrivals", "ramp:1..5/s"], "every block is loaded alike: expected arrivals of one rate"),
        ([*LIVE[1:], "--block", "0"], "--block: expected a time above 0"),
        ([*LIVE[1:], "--base-key-env", "NO_SUCH"], "the environment has no such variable"),
        ([*LIVE[1:], "--json", "no/such/file"], "--json no/such/file: expected a file in a folder that exists"),
        (["none.json", "none.json"], "none.json: No such file or directory"),
    ],
)
def test_wrong_usage(
    served: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: list[str],
    expected: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = served(1.0)
    assert cli.main(["compare", *typed]) == 2
    assert expected in capsys.readouterr().err
    assert not asked


@pytest.mark.parametrize(("text", "expected"), [("5%", 0.05), ("0.05", 0.05), (" 2.5 %", 0.025)])
def test_shares_are_read(text: str, expected: float) -> None:
    assert share(text) == pytest.approx(expected)
    for wrong in ("", "x", "nan", "-1%", "100%", "0"):
        with pytest.raises(ValueError, match="expected a share above 0 and below 1"):
            share(wrong)


@pytest.fixture
def emulated(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Three endpoints in another process."""
    endpoints = [
        {
            "name": name,
            "schema": "gpt2",
            "key": "key",
            "latency": {"type": "lognormal", "median_ms": ms, "p99_ms": ms * 1.3},
        }
        for name, ms in (("base", 200), ("same", 200), ("slower", 300))
    ]
    config = tmp_path / "emulator.yaml"
    config.write_text(json.dumps({"port": 0, "print_urls": "json", "endpoints": endpoints}), encoding="utf-8")
    command = [sys.executable, "-m", "azureml_emulator", "serve", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        ready: dict[str, Any] = json.loads(process.stdout.readline())
        yield {one["name"]: one["url"] for one in ready["endpoints"]}
        process.terminate()


@pytest.mark.slow
def test_an_endpoint_that_is_slower_by_half(emulated: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_KEY", "key")

    def said(head: str) -> int:
        typed = ["compare", "--base", emulated["base"], "--head", emulated[head], *LIVE[5:], "--key-env", "THE_KEY"]
        return cli.main([*typed, "--rate", "30/s", "--settle", "0.2s"])

    assert said("same") in (0, 3)
    slower = [said("slower")]
    while slower[-1] == 3 and len(slower) < 3:
        slower.append(said("slower"))
    if slower[-1] == 3:
        pytest.skip("the machine was too busy to tell, three times")
    assert slower[-1] == 1
