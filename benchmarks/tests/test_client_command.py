"""`azureml-bench client`, as people run it."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from azureml_bench import cli
from azureml_bench.overhead import certificate
from azureml_emulator import Emulator, Endpoint

KEY = "a-key-that-nobody-may-see"
MINE = """
import json, os, time, urllib.request

print("a module that talks")

def plain(url, key):
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    opener = urllib.request.build_opener()

    def call(prompt):
        body = json.dumps({"inputs": {"input_string": [prompt]}, "parameters": {}}).encode()
        with opener.open(urllib.request.Request(url, body, headers)) as answer:
            return json.loads(answer.read())[0]["0"]

    return call

def slow(url, key):
    call = plain(url, key)

    def later(prompt):
        time.sleep(0.005)
        return call(prompt)

    return later

def early(url, key):
    return lambda prompt: prompt

def dies(url, key):
    return lambda prompt: os._exit(7)

def hangs(url, key):
    return lambda prompt: time.sleep(600)

def leaks(url, key):
    raise ValueError(f"cannot use {key}")
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THE_KEY", KEY)


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Measure a little; give the exit code and what `--json` has."""
    little = ["--rounds", "2", "--calls", "3", "--starts", "1", "--threads", "1", "--latency", "1ms"]
    given = {one for one in arguments if one.startswith("--")}
    if "--url" in given:
        little = little[:-2]
    few = [word for at in range(0, len(little), 2) if little[at] not in given for word in little[at : at + 2]]
    code = cli.main(["client", *arguments, *few, "--json", "told.json"])
    return code, json.loads(Path("told.json").read_text(encoding="utf-8"))


def rows(told: dict[str, Any], setting: int = 0) -> dict[str, Any]:
    return {row["client"]: row for row in told["settings"][setting]["rows"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["request"], "expected MODULE:FACTORY or one of"),
        (["requests", "--threads", "0"], "--threads: '0': expected a number from 1 to 200"),
        (["requests", "--threads", "1,x"], "--threads: 'x': expected a number"),
        (["requests", "--over", "ftp"], "--over: 'ftp': expected http or https"),
        (["requests", "--latency", "soon"], "--latency: 'soon': expected seconds"),
        (["requests", "--schema", "mlflow"], "expected one with a prompt and a text"),
        (["requests", "--stream", "--schema", "gpt2"], "'gpt2' streams no events"),
        (["openai", "--schema", "gpt2"], "none of these clients speaks it"),
        (["requests", "--json", "no/such/told.json"], "--json no/such/told.json: there is no such folder"),
        (["requests", "--endpoint", "a"], "--endpoint is for an emulator that runs already: say --url"),
        (["requests", "--key-env", "THE_KEY"], "--key-env is for an emulator that runs already"),
        (["requests", "--url", "nowhere"], "expected an http or https URL"),
        (
            ["requests", "--url", "http://127.0.0.1:9", "--latency", "1s"],
            "--latency: the emulator at --url decides that",
        ),
        (["requests", "--url", "http://127.0.0.1:9", "--over", "http"], "--over: the emulator at --url decides that"),
        (["requests", "--url", "http://127.0.0.1:9"], "expected the main port of a running emulator"),
        (["requests", "--url", "http://127.0.0.1:9", "--ca", "none.pem"], "none.pem: No such file"),
        (["requests", "--url", "http://127.0.0.1:9", "--key-env", "NONE"], "the environment has no such variable"),
    ],
)
def test_what_was_typed_wrong_is_said_in_a_line(
    arguments: Sequence[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["client", *arguments]) == cli.USAGE
    out, err = capsys.readouterr()
    assert said in err
    assert len(err.splitlines()) == 1
    assert not out


@pytest.mark.slow
def test_known_clients_over_http_and_https(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["requests-session", "requests", "aiohttp", "azureml_endpoint"]
    code, told = run(*names, "--over", "http,https", "--threads", "1,2")
    assert (code, told["valid"], told["schema"]) == (0, True, "gpt2")
    assert [(one["over"], one["at_once"]) for one in told["settings"]] == [
        ("http", 1), ("http", 2), ("https", 1), ("https", 2),
    ]  # fmt: skip
    for number in range(4):
        found = rows(told, number)
        assert list(found) == ["floor", *names]
        for row in found.values():
            assert row["sound"] == row["calls"] == 2 * 3 * told["settings"][number]["at_once"]
            assert row["added"]["min"] > 0
            assert row["first_added"] is None
    assert "https, endpoint takes 1 ms, 2 at once" in capsys.readouterr().out


@pytest.mark.slow
def test_streams_of_known_clients(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["requests-session", "aiohttp", "openai", "azureml_endpoint", "azureml-endpoint-async"]
    code, told = run(*names, "--stream")
    assert (code, told["valid"], told["schema"]) == (0, True, "chat")
    for row in rows(told).values():
        assert row["sound"] == row["calls"] == 6
        assert row["first_added"]["min"] > 0
    assert "TTFT added" in capsys.readouterr().out


@pytest.mark.slow
def test_a_client_that_sleeps_5_ms_adds_5_ms() -> None:
    def found() -> float:
        _, told = run("mine:plain", "mine:slow", "--rounds", "8", "--calls", "15")
        sides = rows(told)
        assert sides["mine:slow"]["ratio"]["estimate"] > 1
        return float(sides["mine:slow"]["added"]["min"] - sides["mine:plain"]["added"]["min"])

    assert within(found, 0.005, 0.2)


@pytest.mark.slow
def test_what_the_endpoint_takes_is_not_the_clients() -> None:
    def found() -> float:
        _, told = run("mine:plain", "--latency", "0,50ms", "--rounds", "8", "--calls", "5")
        assert told["settings"][1]["served"]["min"] >= 0.05
        quick, late = (rows(told, number)["mine:plain"]["added"]["min"] for number in range(2))
        return 0.05 + float(late - quick)

    assert within(found, 0.05, 0.05)


def within(measure: Callable[[], float], truth: float, share: float) -> bool:
    """Measure up to three times, and look at the quickest calls: what else a busy machine does only adds to them."""
    return any(abs(measure() - truth) <= share * truth for _ in range(3))


@pytest.mark.slow
def test_clients_that_fail_leave_the_others_alone(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["mine:early", "mine:dies", "mine:hangs", "mine:leaks", "mine:nothing"]
    code, told = run("mine:plain", *names, "--timeout", "5s")
    assert code == cli.INVALID
    assert rows(told)["mine:plain"]["sound"] == 6
    assert rows(told)["mine:early"]["added"] is None
    said = {one["label"]: one["problem"] for one in told["clients"] if one["problem"]}
    assert "exit code 7" in said["mine:dies"]
    assert said["mine:hangs"] == "no answer within 5 s"
    assert said["mine:leaks"] == "the factory failed: ValueError: cannot use **********"
    assert said["mine:nothing"] == "mine has no 'nothing'"
    assert "NOT VALID: mine:early, http, endpoint takes 1 ms, 1 at once: 6 of 6 calls: " in capsys.readouterr().out


@pytest.mark.slow
def test_an_interpreter_that_has_neither_this_package_nor_any_other() -> None:
    bare = Path(sys.base_prefix, *(("python.exe",) if sys.platform == "win32" else ("bin", "python3")))
    code, told = run("mine:plain", "requests", "--python", str(bare))
    said = {one["label"]: one["problem"] for one in told["clients"]}
    assert said["mine:plain"] == ""
    if said["requests"]:
        assert said["requests"] == "needs requests, which is not installed there: pip install requests"
        assert code == cli.INVALID


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The main port of an emulator that speaks https, and whom to trust there."""
    import ssl

    trustme: Any = pytest.importorskip("trustme")
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    (tmp_path / "authority.pem").write_bytes(authority.cert_pem.bytes())
    endpoints = [
        Endpoint("first", schema="gpt2", key=KEY),
        Endpoint("second", schema="gpt2", key=KEY, answer={"fixed": "Paris."}),
    ]
    with Emulator(endpoints, ssl_context=context) as emulator:
        yield emulator.url, str(tmp_path / "authority.pem")


@pytest.mark.slow
def test_an_emulator_that_runs_already(hosted: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    there = ["--url", hosted[0], "--ca", hosted[1], "--key-env", "THE_KEY"]
    code, told = run("requests-session", *there)
    assert (code, told["settings"][0]["endpoint"], told["settings"][0]["latency"]) == (0, "first", None)
    assert told["warnings"] == [one for one in told["warnings"] if "echo" not in one]
    code, told = run("requests-session", *there, "--endpoint", "second")
    assert (code, told["settings"][0]["endpoint"]) == (0, "second")
    assert any("does not echo prompts" in one for one in told["warnings"])
    code, told = run("requests-session", *there[:4])
    assert code == cli.INVALID
    assert "no call got a right answer: there is nothing to measure" in told["problems"]
    assert "the endpoint said HTTP/1.1 403" in next(iter(told["settings"][0]["rows"][0]["problems"]))
    assert cli.main(["client", "requests", *there, "--endpoint", "third"]) == cli.USAGE
    assert "expected --endpoint third; it has first (gpt2), second (gpt2)" in capsys.readouterr().err
    assert cli.main(["client", "openai", *there]) == cli.USAGE
    assert "expected an endpoint with the schema 'chat'" in capsys.readouterr().err


@pytest.mark.slow
def test_certificates_can_be_made_by_openssl_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    try:
        made = certificate.made(tmp_path)
    except certificate.WrongUsage as error:
        pytest.skip(str(error))
    assert Path(made.bundle).read_text(encoding="utf-8").endswith(Path(made.chain).read_text(encoding="utf-8"))
    code, told = run("requests-session", "--over", "https")
    assert (code, told["valid"]) == (0, True)
