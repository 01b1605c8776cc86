"""`azureml-bench report`: a run that was kept is shown again, judged again, and written in other forms."""

import argparse
import io
import json
from pathlib import Path

import pytest
from recorded import busy, recorded

from azureml_bench import cli, extra
from azureml_bench.report import output
from azureml_bench.usage import WrongUsage


def run(*arguments: str | Path) -> int:
    return cli.main([str(one) for one in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kept = recorded(busy(300), slo=["e2e:p99<1ms"])
    (tmp_path / "requests.jsonl").write_text("".join(f"{line}\n" for line in kept.lines()), encoding="utf-8")
    return tmp_path


def test_a_run_is_shown_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("report", folder) == 1
    assert "MISSED   e2e:p99<1ms" in capsys.readouterr().out
    assert run("report", folder / "requests.jsonl", "--slo", "e2e:p99<1h") == 0
    assert "met      e2e:p99<1h" in capsys.readouterr().out


def test_a_summary_alone_shows_its_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("report", folder, "--json", folder / "summary.json")
    whole = capsys.readouterr().out.splitlines()[:-1]
    (folder / "requests.jsonl").unlink()
    assert run("report", folder) == 1
    assert capsys.readouterr().out.splitlines() == whole
    assert run("report", folder / "summary.json", "--out", folder / "out") == 1
    said = capsys.readouterr().out.splitlines()
    assert said[-1].endswith("out: summary.json, junit.xml")
    assert sum(line.startswith("left out ") for line in said) == 3
    assert run("report", folder, "--html", folder / "page.html") == 2
    assert "--html shows requests, and there is no requests.jsonl" in capsys.readouterr().err
    assert run("report", folder, "--slo", "e2e:p99<1s") == 2
    assert "--slo judges requests" in capsys.readouterr().err


@pytest.mark.slow
def test_all_forms_go_into_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("report", folder, "--out", folder / "more" / "again") == 1
    names = {one.name for one in (folder / "more" / "again").iterdir()}
    assert names >= {"report.html", "summary.json", "requests.jsonl", "latency.hlog", "latency.e2e.hgrm", "junit.xml"}
    said = capsys.readouterr().out.splitlines()[-1]
    assert said.endswith("again: report.html, summary.json, requests.jsonl, latency.hlog, junit.xml")


def test_json_may_go_to_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("report", folder, "--json", "-")
    said = capsys.readouterr()
    assert json.loads(said.out)["version"] == 1
    assert "end to end" in said.err


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("report", "--schema") == 0
    assert json.loads(capsys.readouterr().out)["title"] == "azureml-bench summary.json"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--slo", "latency<1s"], "--slo 'latency<1s': expected one of e2e"),
        (["--json", "nowhere/summary.json"], "--json nowhere/summary.json: there is no folder nowhere"),
        (["--html", "."], "--html .: expected a file, and there is a folder"),
        (["--out", "{file}"], "expected a folder, and there is a file"),
        (["--json", "-", "--junit", "-"], "only one of the files can be -"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is(
    arguments: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = [one.format(file=folder / "requests.jsonl") for one in arguments]
    assert run("report", folder, *typed) == 2
    seen = capsys.readouterr()
    assert said in seen.err
    assert seen.err.count("\n") == 1
    assert not seen.out


def test_a_run_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("report", tmp_path) == 2
    assert "requests.jsonl: No such file" in capsys.readouterr().err
    assert run("report") == 2
    assert "expected the folder of a run" in capsys.readouterr().err


@pytest.mark.parametrize("which", ["warmup", "measure", "drain"])
@pytest.mark.parametrize("length", ["NaN", "-1", "Infinity", "1e300"])
def test_a_phase_of_no_length_that_can_be(
    which: str, length: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "requests.jsonl"
    first, rest = file.read_text(encoding="utf-8").split("\n", 1)
    head = json.loads(first)
    phases = next(one for one in (head, *head.values()) if isinstance(one, dict) and "phases" in one)
    kept = phases["phases"]
    place = which if isinstance(kept, dict) else ["warmup", "measure", "drain"].index(which)
    kept[place] = "HERE"
    file.write_text(json.dumps(head).replace('"HERE"', length) + "\n" + rest, encoding="utf-8")
    assert run("report", folder) == 2
    said = capsys.readouterr().err
    assert "requests.jsonl, line 1" in said
    assert said.count("\n") == 1


def test_without_the_extra_everything_else_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(*_: str) -> None:
        raise extra.MissingExtra("an HDR log needs hdrh.histogram: pip install 'azureml-emulator[bench]'")

    monkeypatch.setattr("azureml_bench.histogram.need", missing)
    assert run("report", folder, "--out", folder / "out") == 1
    assert "left out" in capsys.readouterr().out
    assert (folder / "out" / "report.html").exists()
    assert run("report", folder, "--hdr", folder / "x.hlog") == 2
    assert "pip install 'azureml-emulator[bench]'" in capsys.readouterr().err


def test_options_are_described_once() -> None:
    parser = argparse.ArgumentParser()
    output.describe(parser)
    written = io.StringIO()
    parser.print_help(written)
    for form in output.FORMS:
        assert f"--{form.option} FILE" in written.getvalue()
    with pytest.raises(WrongUsage):
        output.prepare(parser.parse_args(["--slo", "what"]))
