"""What is typed, and what is measured then; what cannot be is said in one line."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from azureml_bench.load import Phases
from azureml_bench.options import describe_load, describe_target, plan
from azureml_bench.plan import Plan
from azureml_bench.usage import WrongUsage

URL = "http://127.0.0.1:9/score"


def typed(*arguments: str, url: str = URL, schema: str = "gpt2") -> Plan:
    parser = argparse.ArgumentParser()
    describe_target(parser)
    describe_load(parser)
    return plan(parser.parse_args(["--schema", schema, *arguments] if schema else list(arguments)), url)


def body(made: Plan, prompt: str = "Well?") -> Any:
    return json.loads(made.target.body(prompt))


@pytest.fixture
def trace(tmp_path: Path) -> str:
    file = tmp_path / "calls.txt"
    file.write_text("10.5\n11\n13.25\n", encoding="utf-8")
    return f"trace:{file}"


def test_what_holds_when_nothing_is_said() -> None:
    made = typed()
    assert made.phases == Phases(5, 60, 30)
    assert made.document()["load"] == {"loop": "open", "arrivals": "poisson", "rate": 10.0}
    assert (made.closed, made.retries, made.max_in_flight, made.target.stream) == (False, 0, 1000, False)
    first, second = made.some_prompts(2)
    assert first.split()[0] != second.split()[0]
    assert len(first.split()) == 51


def test_how_requests_arrive(trace: str) -> None:
    assert typed("--rate", "120/min").document()["load"]["rate"] == 2.0
    assert typed("--arrivals", "gamma:9/s:2").document()["load"] == {
        "loop": "open",
        "arrivals": "gamma",
        "rate": 9.0,
        "cv": 2.0,
    }
    closed = typed("--concurrency", "7", "--pace", "100ms")
    assert closed.document()["load"] == {"loop": "closed", "users": 7, "pace_s": 0.1}
    made = typed("--arrivals", trace)
    assert [(one.at / 1e9, one.phase) for one in made.dues()] == [(0, "measure"), (0.5, "measure"), (2.75, "measure")]
    assert made.document()["load"] == {"loop": "open", "arrivals": "trace", "file": "calls.txt"}
    assert [one.at / 1e9 for one in typed("--arrivals", trace, "--for", "1s").dues()] == [0, 0.5]
    assert [one.phase for one in typed("--arrivals", trace, "--warmup", "1s").dues()] == [
        "warmup",
        "warmup",
        "measure",
    ]


def test_a_warm_up_of_so_many_requests() -> None:
    assert typed("--rate", "20/s", "--warmup-requests", "100").phases.warmup == 5.0


def test_what_is_asked(tmp_path: Path) -> None:
    made = typed("--parameters", '{"max_new_tokens": 5}', "--parameters", "top_p=0.5", "--parameters", "stop=x=y")
    assert body(made)["parameters"] == {"temperature": 0.8, "max_new_tokens": 5, "top_p": 0.5, "stop": "x=y"}
    file = tmp_path / "prompts.txt"
    file.write_text('one\n\n"two"\n{"prompt": "three"}\n', encoding="utf-8")
    asked = typed("--prompts", str(file))
    assert [one.split("] ")[1] for one in asked.some_prompts(4)] == ["one", "two", "three", "one"]
    assert str(tmp_path) not in json.dumps(asked.document())
    assert typed("--prompt", "again", "--repeat-prompts").some_prompts(2) == ["again", "again"]
    made_up = typed("--repeat-prompts", "--prompt-words", "7").some_prompts(2)
    assert made_up[0] == made_up[1]
    assert len(made_up[0].split()) == 7


def test_prompts_are_alike_for_the_same_seed_only() -> None:
    assert typed("--seed", "1").some_prompts(3) == typed("--seed", "1").some_prompts(3)
    assert not set(typed("--seed", "1").some_prompts(3)) & set(typed("--seed", "2").some_prompts(3))


def test_a_request_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    file.write_text('{"ask": [{"q": "?"}], "stream": true, "parameters": {"k": 1}}', encoding="utf-8")
    own = ("--body", str(file), "--prompt-at", "$.ask[0].q", "--text-at", "$.a")
    made = typed(*own, "--parameters", "k=2", schema="")
    assert body(made) == {"ask": [{"q": "Well?"}], "stream": True, "parameters": {"k": 2}}
    assert (made.target.shape.name, made.target.stream) == ("own", False)
    assert typed(*own, "--delta-at", "$.d", schema="").target.stream
    fixed = typed("--body", str(file), schema="")
    assert body(fixed) == json.loads(file.read_text(encoding="utf-8"))


def test_a_known_request_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "?"}]
    file.write_text(json.dumps({"messages": messages}), encoding="utf-8")
    made = typed("--body", str(file), "--prompt-at", "$.messages[1].content", "--stream", schema="chat")
    assert body(made)["messages"][1]["content"] == "Well?"
    assert body(made)["stream"] is True


def test_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_KEY", "s3cret-key")
    made = typed("--key-env", "THE_KEY", "--header", "X-Mine=hidden-value", "--header", "x-other: b=c")
    assert made.target.all_headers["X-Mine"] == "hidden-value"
    assert made.target.all_headers["x-other"] == "b=c"
    assert made.target.all_headers["Authorization"] == "Bearer s3cret-key"
    for said in (repr(made), str(made.target), json.dumps(made.document())):
        assert "s3cret-key" not in said
        assert "hidden-value" not in said
    assert made.target.masked("s3cret-key, hidden-value, b=c") == "***, ***, b=c"


def test_only_what_is_asked_decides_whether_runs_may_be_compared() -> None:
    alike = typed("--seed", "1", "--deployment", "blue", url="http://127.0.0.1:8/score")
    assert typed().hash() == alike.hash()
    assert typed("--rate", "11/s").hash() != typed().hash()
    assert typed("--repeat-prompts").hash() != typed().hash()
    assert alike.document()["deployment"] == "blue"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rate", "fast"), "--rate 'fast': expected a rate above 0"),
        (("--arrivals", "gamma:9/s"), "--arrivals 'gamma:9/s': expected cv; write gamma:RATE:CV"),
        (("--arrivals", "weekly:9/s"), "--arrivals 'weekly:9/s': "),
        (("--rate", "9/s", "--arrivals", "constant:9/s"), "--rate is for Poisson arrivals"),
        (
            ("--rate", "9/s", "--concurrency", "2"),
            "--concurrency is a closed loop, --rate and --arrivals are an open",
        ),
        (("--pace", "1s"), "--pace is for a closed loop"),
        (("--concurrency", "-1"), "--concurrency and --max-in-flight: expected 1 or more"),
        (("--max-in-flight", "0"), "--concurrency and --max-in-flight: expected 1 or more"),
        (("--for", "0"), "--for: expected a time above 0"),
        (("--timeout", "0"), "--timeout: expected a time above 0"),
        (("--warmup-requests", "5", "--warmup", "1s"), "--warmup-requests: expected 1 or more, without --warmup"),
        (("--warmup-requests", "5", "--concurrency", "1"), "--warmup-requests: expected 1 or more"),
        (
            ("--prompt", "a", "--prompt-words", "3"),
            "expected one of --prompt TEXT, --prompts FILE and --prompt-words",
        ),
        (("--parameters", "top_p"), "--parameters 'top_p': expected a JSON object, or NAME=VALUE"),
        (("--parameters", "{'a': 1}"), "expected a JSON object, or NAME=VALUE"),
        (("--key-env", "NO_SUCH_KEY"), "--key-env NO_SUCH_KEY: the environment has no such variable"),
        (("--text-at", "$.x"), "--text-at is for a request of your own; name its file with --body"),
    ],
)
def test_what_cannot_be_done(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(WrongUsage) as error:
        typed(*arguments)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_secret_is_in_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (("--header", "s3cret"), ("--header", "X=a\ns3cret")):
        with pytest.raises(WrongUsage, match=r"--header number 1: expected NAME=VALUE") as error:
            typed(*arguments)
        assert "s3cret" not in str(error.value)
    for url in ("http://me:s3cret@127.0.0.1/score", "ftp://me:s3cret@127.0.0.1/score"):
        with pytest.raises(WrongUsage) as error:
            typed(url=url)
        assert "s3cret" not in str(error.value)
    monkeypatch.setenv("ODD_KEY", "s3cret\nö")
    with pytest.raises(WrongUsage, match="expected a key in printable ASCII") as error:
        typed("--key-env", "ODD_KEY")
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    ("said", "places", "wrong"),
    [
        ("{", (), "expected JSON"),
        ('{"a": 1}', ("--prompt-at", "a"), "--prompt-at: expected a place such as"),
        ('{"a": 1}', ("--prompt-at", "$.b"), "--body: there is no $.b for the prompt"),
        ('{"a": 1}', ("--prompt-at", "$.a"), "--body: expected a text at $.a"),
        ('{"a": "?"}', ("--stream",), "has no streamed answers; say where events have their text with --delta-at"),
    ],
)
def test_what_is_no_request(tmp_path: Path, said: str, places: tuple[str, ...], wrong: str) -> None:
    file = tmp_path / "body.json"
    file.write_text(said, encoding="utf-8")
    with pytest.raises(WrongUsage) as error:
        typed("--body", str(file), *places, schema="")
    assert wrong in str(error.value)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    missing = str(tmp_path / "none")
    for option in ("--body", "--prompts", "--ca"):
        with pytest.raises(FileNotFoundError):
            typed(option, missing)
    with pytest.raises(WrongUsage):
        typed("--arrivals", f"trace:{missing}")
    odd = tmp_path / "odd"
    odd.write_bytes(b"\xff\xfe")
    for option, said in (
        ("--ca", "certificates in PEM"),
        ("--prompts", "text in UTF-8"),
        ("--body", "expected JSON"),
    ):
        with pytest.raises(WrongUsage, match=said):
            typed(option, str(odd))
