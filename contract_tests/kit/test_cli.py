"""The command `azureml-contract`: what it says, and its exit codes."""

import io
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
from azureml_contract.report.progress import Line
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


pytestmark = pytest.mark.usefixtures("folder")


def check(*more: str, formatter: str = GOOD, schema: str = "gpt2") -> int:
    return main(["check", formatter, "--schema", schema, *more])


def test_a_contract_that_is_kept(capsys, folder):
    assert check("--check", "R03", "S01") == 0
    assert re.fullmatch(r"2/2 checks hold in \d+\.\d s\n", capsys.readouterr().out)
    assert not (folder / ".azureml-contract" / "failures.json").exists()


def test_a_contract_that_is_broken(capsys):
    assert check("--check", "R03", "R04", formatter=ESCAPING) == 1
    told = capsys.readouterr().out
    assert told.startswith(R03)
    assert re.search(r"^1/2 checks hold, 1 failed in \d+\.\d s$", told, re.MULTILINE)


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
def test_a_client_is_checked_against_a_live_endpoint(capsys):
    formatter = ["--formatter", "azureml_endpoint:GPT2ContentFormatter"]
    assert check("--check", "C01", *formatter, formatter="azureml_endpoint:AzureMLOnlineEndpoint") == 0
    assert "1/1 checks hold" in capsys.readouterr().out
    assert check("--check", "C01", *formatter, formatter=f"{cases.__name__}:KeyInUrl") == 1
    told = capsys.readouterr().out
    assert "FAIL C01 auth" in told
    assert "constructor" not in told
    assert "--schema gpt2 --formatter azureml_endpoint:GPT2ContentFormatter --check C01 --replay C01-" in told
    assert main(["replay"]) == 1
    assert "it fails with the same input still" in capsys.readouterr().out


class Screen(io.StringIO):
    """A stream that may be a terminal."""

    def __init__(self, terminal):
        super().__init__()
        self.isatty = lambda: terminal


def test_how_far_it_is_is_shown_on_a_terminal_only():
    shown, hidden = Screen(True), Screen(False)
    for stream in (shown, hidden):
        line = Line(stream)
        line(3, 26, all_checks()["R03"])
        line.clear()
    assert shown.getvalue() == "\r\x1b[K3/26 R03 prompt-roundtrip\r\x1b[K"
    assert hidden.getvalue() == ""


def test_ctrl_c_ends_it(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("azureml_contract.proving.prove", interrupted)
    assert check() == 130


@pytest.mark.slow
def test_a_list_is_light():
    heavy = "sys.modules.keys() & {'hypothesis', 'aiohttp', 'pydantic', 'requests', 'azureml_emulator.schema'}"
    code = (
        f"import sys; from azureml_contract.cli import main; main(['list']); main(['explain', 'R03']); print({heavy})"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.endswith("set()\n")


@pytest.mark.slow
def test_the_command_as_it_is_installed(folder):
    command = [sys.executable, "-m", "azureml_contract.cli", "check", "mine:Mine", "--schema", "gpt2", "--check", "R"]
    (folder / "mine.py").write_text("from azureml_endpoint import GPT2ContentFormatter as Mine\n")
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (said.returncode, said.stderr) == (0, "")
    assert "checks hold in" in said.stdout
