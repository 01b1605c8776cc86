"""Failures are kept, and tried again by their ids."""

import json
from pathlib import Path

import pytest

from azureml_contract import proving
from azureml_contract.cli import main
from contract_tests.kit import cases

GOOD, ESCAPING = "contract_tests.zoo.reference:Reference", f"{cases.__name__}:Escaping"


pytestmark = pytest.mark.usefixtures("folder")


def check(*more: str, formatter: str = GOOD, schema: str = "gpt2") -> int:
    return main(["check", formatter, "--schema", schema, *more])


def test_a_failure_is_kept_and_replayed(folder, capsys):
    check("--check", "R03,R04", "--seed", "7", formatter=ESCAPING)
    capsys.readouterr()
    assert (folder / ".azureml-contract" / ".gitignore").read_text().endswith("*\n")
    assert main(["replay", "--list"]) == 0
    assert capsys.readouterr().out == f"R03-7cd0  azureml-contract check {ESCAPING} --schema gpt2 --seed 7\n"
    assert main(["replay", "r03-7cd0"]) == 1
    told = capsys.readouterr().out
    assert told.startswith("FAIL R03")
    assert told.endswith("R03-7cd0: it fails with the same input still\n")
    assert main(["replay", "R03-7cd1"]) == 2
    assert "(did you mean 'R03-7cd0'?)" in capsys.readouterr().err


def test_the_command_that_is_printed_replays_elsewhere(capsys):
    assert check("--check", "R03", "--replay", "R03-7cd0", formatter=ESCAPING) == 1
    assert capsys.readouterr().out.endswith("R03-7cd0: it fails with the same input still\n")
    assert check("--replay", "R03-0000", formatter=ESCAPING) == 1
    assert capsys.readouterr().out.endswith("R03-0000: it fails with another input, which is R03-7cd0\n")
    assert check("--check", "R03", "--replay", "R03-7cd0") == 0
    assert capsys.readouterr().out.endswith("R03-7cd0: it does not fail here any more\n")


def test_what_passes_now_is_kept_no_longer(folder, monkeypatch):
    check("--check", "R03,R04", formatter=ESCAPING)
    monkeypatch.setattr(cases.Escaping, "document", cases.Reference.document)
    assert check("--check", "R03", formatter=ESCAPING) == 0
    assert json.loads((folder / ".azureml-contract" / "failures.json").read_text()) == []


@pytest.mark.parametrize(
    "kept",
    [
        '[{"replay": "R03-1", "plan": {"subject": "a:b", "examples": "x"}}]',
        "",
        "{",
        "[1]",
        '[{"replay": 1, "plan": {}}]',
        '[{"replay": "R03-1", "plan": {"example": 1}}]',
    ],
)
def test_what_was_kept_by_somebody_else_is_told(folder, capsys, kept):
    (folder / ".azureml-contract").mkdir()
    (folder / ".azureml-contract" / "failures.json").write_text(kept)
    assert main(["replay"]) == 2
    assert "failures.json cannot be read; remove it" in capsys.readouterr().err
    assert check("--check", "R03", formatter=ESCAPING) == 1
    assert main(["replay", "--list"]) == 0


def test_hypothesis_has_its_tables_in_the_folder_of_the_command(monkeypatch, folder):
    houses = []
    monkeypatch.setattr("hypothesis.configuration.set_hypothesis_home_dir", houses.append)
    proving.house_hypothesis()
    assert houses == []
    monkeypatch.delenv("HYPOTHESIS_STORAGE_DIRECTORY")
    proving.house_hypothesis()
    assert houses == [Path(".azureml-contract/hypothesis")]
    houses[0].mkdir(parents=True)
    assert check("--check", "R03") == 0
    assert (folder / ".azureml-contract" / ".gitignore").read_text().endswith("*\n")
