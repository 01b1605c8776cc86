"""What workers are told: the same plan for everybody, no secret in it, and the commands to copy."""

import json
from pathlib import Path
from typing import Any

import pytest

from azureml_bench import cli, options
from azureml_bench.swarm import order
from azureml_bench.swarm.launch import LOCUSTFILE, master_command, worker_command
from azureml_bench.swarm.order import HEADERS, Order, environment, given
from azureml_bench.usage import WrongUsage

URL = "http://127.0.0.1:9/score"
KEY = "a-key-that-nobody-may-see"


def typed(*arguments: str) -> Any:
    return cli.parser().parse_args(["locust", URL, "--out", "out", *arguments])


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THE_KEY", KEY)
    Path("prompts.txt").write_text("One?\nTwo?\n", encoding="utf-8")
    Path("trace.csv").write_text("at\n0\n1.5\n2\n", encoding="utf-8")
    Path("body.json").write_text('{"ask": "this", "more": [1]}', encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--schema", "gpt2"],
        [
            "--schema",
            "gpt2",
            "--key-env",
            "THE_KEY",
            "--rate",
            "50/s",
            "--for",
            "1m",
            "--warmup",
            "0s",
            "--seed",
            "3",
        ],
        [
            "--schema",
            "chat",
            "--stream",
            "--parameters",
            "max_tokens=5",
            "--arrivals",
            "gamma:10/s:2",
            "--timeout",
            "2s",
        ],
        ["--schema", "gpt2", "--arrivals", "trace:trace.csv#at"],
        ["--schema", "gpt2", "--arrivals", "trace:trace.csv", "--for", "60s"],
        ["--schema", "gpt2", "--prompts", "prompts.txt", "--repeat-prompts", "--drain", "1s", "--max-in-flight", "7"],
        ["--schema", "gpt2", "--concurrency", "4", "--pace", "100ms", "--retries", "2"],
        ["--body", "body.json", "--prompt-at", "$.ask", "--text-at", "$.x", "--schema", "gpt2", "--insecure"],
        ["--schema", "gpt2", "--warmup-requests", "30", "--deployment", "blue"],
    ],
)
def test_everybody_makes_the_same_plan(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = typed(*arguments)
    made = Order(URL, given(wanted), 4)
    made.write(tmp_path / "plan.json")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    told = order.read(tmp_path / "plan.json")
    assert told == made
    monkeypatch.chdir(tmp_path)
    plan, mine = options.plan(wanted, URL), told.plan()
    assert mine.document() == plan.document()
    assert mine.target == plan.target
    assert mine.retries == plan.retries
    if not plan.closed:
        assert list(mine.dues()) == list(plan.dues())
    assert mine.some_prompts(3) == plan.some_prompts(3)
    assert told.plan(key=False).hash() == plan.hash()
    assert KEY not in (tmp_path / "plan.json").read_text()


def test_headers_are_in_the_environment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = typed("--schema", "gpt2", "--header", "X-Mine=my own secret")
    made = Order(URL, given(wanted), 1, headers=1)
    assert "secret" not in json.dumps(made.document())
    with pytest.raises(WrongUsage, match=f"{HEADERS}: expected the 1 headers"):
        made.plan()
    monkeypatch.setenv(HEADERS, "[1")
    with pytest.raises(WrongUsage, match=HEADERS):
        made.plan()
    for name, value in environment(wanted.header).items():
        monkeypatch.setenv(name, value)
    assert made.plan().target.headers == {"X-Mine": "my own secret"}
    assert not made.plan(key=False).target.headers


def test_the_master_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Order(URL, {"schema": "gpt2", "key_env": "THE_KEY"})
    monkeypatch.delenv("THE_KEY")
    assert not made.plan(key=False).target.key
    with pytest.raises(WrongUsage, match="THE_KEY"):
        made.plan()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"version": 2}', json.dumps({**Order(URL).document(), "version": 2}), '{"url": "x"}'],
)
def test_what_is_no_plan_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(WrongUsage, match=r"plan\.json: expected a plan of `azureml-bench locust`, version 1"):
        order.read(tmp_path / "plan.json")


def test_an_option_of_another_version_is_refused() -> None:
    with pytest.raises(WrongUsage, match="an option 'colour', which this version does not know"):
        Order(URL, {"colour": "red"}).plan()


def test_the_command_writes_and_tells(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--schema", "gpt2", "--key-env", "THE_KEY", "--header", "A=hidden one", "--workers", "3"]
    assert cli.main(["locust", URL, "--out", "my out", *arguments, "--port", "6000"]) == 0
    told = capsys.readouterr().out
    master, worker, elsewhere = (line.strip() for line in told.splitlines() if line.startswith("  "))
    assert "-f 'my out/locustfile.py'" in master.replace("\\", "/")
    assert master.endswith("--headless --only-summary --master --master-bind-port 6000 --expect-workers 3")
    assert "--worker --master-port 6000    # 3 times" in worker
    assert elsewhere == "locust -f - --worker --master-host MASTER_ADDRESS --master-port 6000"
    assert HEADERS in told
    assert "Every worker needs THE_KEY" in told
    files = [one.read_text() for one in Path("my out").iterdir()]
    assert len(files) == 2
    assert LOCUSTFILE in files
    for text in [told, *files]:
        assert KEY not in text
        assert "hidden one" not in text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--workers", "0"], "--workers 0: expected 1 or more"),
        (["--port", "65536"], "--port 65536: expected a port"),
        (["--retries", "-1"], "--retries: expected 0 or more"),
        (["--slo", "nonsense"], "--slo 'nonsense': expected"),
        (["--key-env", "NO_KEY"], "--key-env NO_KEY"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["locust", URL, "--schema", "gpt2", "--out", "out", *arguments]) == 2
    said = capsys.readouterr().err
    assert text in said
    assert said.count("\n") == 1
    assert not Path("out").exists()


def test_nobody_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["locust", URL, "--schema", "gpt2", "--out", "out", "--run"]) == 2
    assert "cannot connect to 127.0.0.1:9" in capsys.readouterr().err


def test_master_and_workers_meet() -> None:
    master = master_command(Order(URL, workers=3), Path("a.py"), 6001)
    worker = worker_command(Path("a.py"), 6001)
    assert master[-4:] == ["--expect-workers", "3", "--expect-workers-max-wait", "60"]
    assert {"--master", "6001", "127.0.0.1"} <= set(master)
    assert {"--worker", "6001", "127.0.0.1"} <= set(worker)
