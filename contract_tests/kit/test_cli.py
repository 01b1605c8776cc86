"""The command `azureml-contract`: what it says, and its exit codes."""

import json
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from azureml_contract.catalogue import described
from azureml_contract.check import all_checks
from azureml_contract.cli import main
from azureml_contract.inspection import Inspection
from contract_tests.kit import cases

GOOD, ESCAPING, STRIPPING = (
    "contract_tests.zoo.reference:Reference",
    f"{cases.__name__}:Escaping",
    f"{cases.__name__}:Stripping",
)
R03 = f"""\
FAIL R03 prompt-roundtrip   contract_tests.kit.cases:Escaping x gpt2          (smallest failing input)
  The prompt that the endpoint decodes is not the prompt you passed.
    you passed      '"'                  1 character
    server decodes  '"\\\\""'              4 characters: quotes added at both ends, backslash added
    request body    {{"inputs": {{"input_string": ["\\"\\\\\\"\\""]}}, "parameters": {{}}}}
  Likely cause: the text is escaped twice; json.dumps already escapes.
  Reproduce:  azureml-contract check {ESCAPING} --schema gpt2 --check R03 --replay R03-7cd0
  Explain:    azureml-contract explain R03        Accept: waivers = {{"R03": "why"}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", "where these tests have it")
    return tmp_path


def check(*more: str, formatter: str = GOOD, schema: str = "gpt2") -> int:
    return main(["check", formatter, "--schema", schema, *more])


def test_a_contract_that_is_kept(capsys, folder):
    assert check("--check", "R03", "S01") == 0
    assert re.fullmatch(r"2/2 checks hold in \d\.\d s\n", capsys.readouterr().out)
    assert not (folder / ".azureml-contract" / "failures.json").exists()


def test_a_contract_that_is_broken(capsys):
    assert check("--check", "R03", "R04", formatter=ESCAPING) == 1
    told = capsys.readouterr().out
    assert told.startswith(R03)
    assert re.search(r"^1/2 checks hold, 1 failed in \d\.\d s$", told, re.MULTILINE)


def test_a_failure_can_be_accepted_with_a_reason(capsys):
    assert check("--check", "R03,R04", "--waive", "R03=known = and old", formatter=ESCAPING) == 0
    told = capsys.readouterr().out
    assert "WAIVED R03 prompt-roundtrip: known = and old\n" in told
    assert "1/2 checks hold, 1 waived in" in told


def test_a_waiver_that_nothing_needs_breaks_the_contract(capsys):
    assert check("--check", "R03", "--waive", "r03=old") == 1
    told = capsys.readouterr().out
    assert "STALE R03" in told
    assert "0/1 checks hold, 1 waived for nothing in" in told


def test_a_family_of_checks(capsys):
    assert check("--check", "responses", "--examples", "1", formatter=STRIPPING) == 1
    told = capsys.readouterr().out
    assert "FAIL S08" in told
    assert "FAIL R" not in told


@pytest.mark.parametrize(
    ("formatter", "notes"),
    [
        ("Old", ["format_request_payload takes no api_type", "returns str; it is sent", "returns str; LangChain's"]),
        ("Async", ["format_response_payload is async"]),
    ],
)
def test_what_was_seen_is_noted(capsys, formatter, notes):
    check("--check", "R03", formatter=f"{cases.__name__}:{formatter}")
    told = capsys.readouterr().out
    for note in notes:
        assert note in told


def test_a_wire_can_be_a_value_in_python(capsys):
    assert check("--check", "R03", schema=f"{cases.__name__}:GPT2") == 0


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["chek"], "there is no command 'chek' (did you mean 'check'?); there are check, "),
        ([], "the following arguments are required: COMMAND"),
        (["check", GOOD], "expected --schema NAME, or an example of the wire"),
        (["check", GOOD, "--shema", "gpt2"], "there is no option '--shema' (did you mean '--schema'?)"),
        (["check", GOOD, "--schema", "gtp2"], "no schema 'gtp2' that answers with text (did you mean 'gpt2'?)"),
        (["check", GOOD, "--schema", "embeddings"], "there is no schema 'embeddings' that answers with text"),
        (["check", GOOD, "--schema", f"{cases.__name__}:NO_WIRE"], "to be a Wire, found a dict"),
        (["check", GOOD, "--schema", "gpt2", "--check", "R3"], "there is no check 'R3'"),
        (["check", GOOD, "--schema", "gpt2", "--check", "prompt-roundtrp"], "(did you mean 'prompt-roundtrip'?)"),
        (["check", GOOD, "--schema", "gpt2", "--check", "M01"], "M01 is not asked of a formatter that speaks gpt2"),
        (["check", GOOD, "--schema", "gpt2", "--api-type", "serverles"], "(did you mean 'serverless'?)"),
        (["check", GOOD, "--schema", "gpt2", "--waive", "R03"], 'expected a reason, as in --waive "R03=why"'),
        (["check", GOOD, "--schema", "gpt2", "--waive", "R03= "], "expected a reason"),
        (["check", GOOD, "--schema", "gpt2", "--waive", "R99=x"], "there is no check 'R99'"),
        (["check", GOOD, "--schema", "gpt2", "--examples", "-1"], "--examples: invalid count value: '-1'"),
        (["check", GOOD, "--schema", "gpt2", "--check", "R04", "--replay", "R03-7c1f"], "is of the check R03"),
        (["check", GOOD, "--schema", "gpt2", "--formatter", GOOD], "is a formatter itself"),
        (["check", f"{cases.__name__}:Client", "--schema", "gpt2"], "expected --formatter MODULE:NAME"),
        (["check", "nothing", "--schema", "gpt2"], "expected module:Name"),
        (["check", "contract_tests.zoo.referense:A", "--schema", "gpt2"], "mean 'contract_tests.zoo.reference'?)"),
        (["check", "contract_tests.zoo.reference:Referense", "--schema", "gpt2"], "(did you mean 'Reference'?)"),
        (["check", f"{cases.__name__}:GPT2", "--schema", "gpt2"], "found a Wire"),
        (["check", f"{cases.__name__}:Choosy", "--schema", "gpt2"], "Choosy cannot be made without arguments: "),
        (["infer", f"{cases.__name__}:Choosy"], "Choosy cannot be made without arguments: TypeError: "),
        (["check", GOOD, "--text-at", "$"], "an example of the wire needs --request-example, --prompt-at, "),
        (["check", GOOD, "--schema", "gpt2", "--check", "R03", "--json", "no/folder"], "no/folder cannot be written"),
        (["explain", "R3"], "there is no check 'R3'"),
        (["replay", "R03-7c1f"], "no failure 'R03-7c1f' is kept"),
        (["infer", f"{cases.__name__}:Client"], "is a client; expected the formatter"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_in_a_line(capsys, typed, told):
    assert main(typed) == 2
    said = capsys.readouterr().err
    assert told in said
    assert said.startswith("azureml-contract: ")
    assert said.count("\n") == 1


def test_a_module_that_cannot_be_imported_is_told_in_a_line(capsys, folder):
    (folder / "raises_at_once.py").write_text("raise SystemExit('line one\\nline two')")
    assert check(formatter="raises_at_once:A") == 2
    assert capsys.readouterr().err.endswith("cannot be imported: SystemExit: line one line two\n")


def test_json_lines(capsys):
    assert check("--check", "R03", "R04", "S01", "--json", "-", "--waive", "S01=so be it", formatter=ESCAPING) == 1
    said = capsys.readouterr()
    one, other, stale = map(json.loads, said.out.splitlines())
    assert one["id"] == "R03"
    assert one["formatter"] == ESCAPING
    assert (one["ok"], one["outcome"], one["replay"]) == (False, "failed", "R03-7cd0")
    assert (one["input"], one["expected"], one["got"]) == ('"', '"', '"\\""')
    assert json.loads(one["body"]) == {"inputs": {"input_string": ['"\\""']}, "parameters": {}}
    assert one["cause"].startswith("the text is escaped twice")
    assert (other["ok"], other["outcome"], other["input"], other["replay"]) == (True, "passed", None, "")
    assert (stale["outcome"], stale["reason"]) == ("stale", "so be it")
    assert one.keys() == other.keys() == stale.keys()
    assert "FAIL R03" in said.err


def test_junit(folder, capsys):
    assert check("--check", "R03,R04,S01", "--junit", "out.xml", "--waive", "R03=why", formatter=ESCAPING) == 0
    assert check("--check", "S08", "--junit", "other.xml", formatter=STRIPPING) == 1
    suite = ET.parse(folder / "out.xml").getroot()[0]
    assert {one["name"]: [inner.tag for inner in case] for case in suite for one in [case.attrib]} == {
        "R03 prompt-roundtrip": ["skipped"],
        "R04 kwargs-roundtrip": [],
        "S01 text-exact": [],
    }
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "3",
        "0",
        "0",
        "1",
    )
    (failure,) = ET.parse(folder / "other.xml").getroot().iter("failure")
    assert failure.text
    assert failure.text.startswith("FAIL S08 whitespace")
    assert "--check S08 --replay S08-" in failure.text


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
    "kept", ["", "{", "[1]", '[{"replay": 1, "plan": {}}]', '[{"replay": "R03-1", "plan": {"example": 1}}]']
)
def test_what_was_kept_by_somebody_else_is_told(folder, capsys, kept):
    (folder / ".azureml-contract").mkdir()
    (folder / ".azureml-contract" / "failures.json").write_text(kept)
    assert main(["replay"]) == 2
    assert "failures.json cannot be read; remove it" in capsys.readouterr().err
    assert check("--check", "R03", formatter=ESCAPING) == 1
    assert main(["replay", "--list"]) == 0


def test_the_kit_itself_fails(capsys, monkeypatch, folder):
    judge = Inspection.judge

    def failing(self, one):
        return 1 / 0 if one.id == "R04" else judge(self, one)

    monkeypatch.setattr(Inspection, "judge", failing)
    assert check("--check", "R03,R04,S01", "--junit", "out.xml", "--json", "out.json") == 3
    said = capsys.readouterr()
    assert "the check R04 itself failed (ZeroDivisionError: division by zero); please report it" in said.out
    assert "2/3 checks hold, 1 not finished in" in said.out
    assert "Traceback" not in said.err
    assert [json.loads(line)["outcome"] for line in (folder / "out.json").read_text().splitlines()] == [
        "passed",
        "passed",
        "crashed",
    ]
    assert len(list(ET.parse(folder / "out.xml").getroot().iter("error"))) == 1
    assert check("--check", "R04", "--traceback") == 3
    assert "Traceback" in capsys.readouterr().err


def test_the_kit_fails_outside_a_check(capsys, monkeypatch):
    monkeypatch.setattr("azureml_contract.proving.prove", lambda *_: 1 / 0)
    assert check() == 3
    assert capsys.readouterr().err == (
        "azureml-contract: the kit itself failed (ZeroDivisionError: division by zero);"
        " please report it, with --traceback\n"
    )


def test_a_formatter_that_ends_the_program_breaks_the_contract(capsys):
    assert check("--check", "R03", formatter=f"{cases.__name__}:Exiting") == 1
    assert "Your code called sys.exit(7)" in capsys.readouterr().out


def test_explain(capsys):
    assert main(["explain", "R03", "text-exact", "L05", "S08-1f2e"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("R03 prompt-roundtrip (requests, asked of formatters)\n\nThe prompt that the endpoint")
    assert "\n\nS01 text-exact (" in told
    assert "\n\nL05 live-roundtrip (a running endpoint)" in told
    assert "\n\nS08 whitespace (" in told


def test_every_check_can_be_explained(capsys):
    assert main(["explain", *all_checks()]) == 0


def test_list(capsys):
    assert main(["list"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line[:3] for line in told if line[0] != "L"] == list(all_checks())
    assert main(["list", "--schemas"]) == 0
    assert "\ngpt2 " in capsys.readouterr().out


def test_the_list_is_read_from_sources_as_the_checks_are_run():
    fields = ("id", "name", "statement", "explanation", "subject", "chat", "streams")
    assert [[getattr(one, field) for field in fields] for one in described().values()] == [
        [getattr(one, field) for field in fields] for one in all_checks().values()
    ]


@pytest.mark.slow
def test_a_list_is_light():
    heavy = "sys.modules.keys() & {'hypothesis', 'aiohttp', 'pydantic', 'requests', 'azureml_emulator'}"
    code = (
        f"import sys; from azureml_contract.cli import main; main(['list']); main(['explain', 'R03']); print({heavy})"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.endswith("set()\n")


@pytest.mark.slow
def test_the_command_as_it_is_installed(folder, monkeypatch):
    monkeypatch.delenv("HYPOTHESIS_STORAGE_DIRECTORY")
    command = [sys.executable, "-m", "azureml_contract.cli", "check", "mine:Mine", "--schema", "gpt2", "--check", "R"]
    (folder / "mine.py").write_text("from azureml_endpoint import GPT2ContentFormatter as Mine\n")
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (said.returncode, said.stderr) == (0, "")
    assert "checks hold in" in said.stdout
    assert [one.name for one in folder.iterdir() if one.name.startswith(".")] == [".azureml-contract"]
    (folder / ".azureml-contract" / ".gitignore").read_text()
