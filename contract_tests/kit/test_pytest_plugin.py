"""The door for those with tests of their own style: the fixture and its marker; and how light the plugin is."""

import subprocess
import sys

import pytest

from contract_tests.kit.alone import ALONE

pytest_plugins = ["pytester"]

HEAD = """
import json

import pytest
from contract_tests.zoo.reference import Reference


class Quoting(Reference):
    def document(self, prompt, parameters):
        return super().document(json.dumps(prompt), parameters)

"""


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def run(pytester):
    """Run a file of tests in this process."""

    def run(text, *options):
        pytester.makepyfile(test_mine=HEAD + text)
        return pytester.runpytest_inprocess(*ALONE, *options)

    return run


def proving(marker, call="formatter_contract(Quoting)"):
    mark = f"@pytest.mark.formatter_contract({marker})\n" if marker else ""
    return f"{mark}def test_mine(formatter_contract):\n    {call}\n"


def test_a_correct_formatter_passes(run):
    run(proving('schema="gpt2", checks="R03,S01"', "formatter_contract(Reference)")).assert_outcomes(passed=1)


def test_a_broken_one_fails_with_its_blocks_and_a_score(run):
    result = run(proving('schema="gpt2", checks="R03,S01"'))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "FAIL R03 prompt-roundtrip   test_mine:Quoting x gpt2 *",
            "  Likely cause: the text is escaped twice*",
            '  Reproduce:  pytest "test_mine.py::test_mine"',
            "1/2 checks hold",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_settings_may_be_arguments_and_go_before_those_of_the_marker(run):
    call = 'formatter_contract(Quoting, checks="S01")'
    run(proving('schema="gpt2", checks="requests"', call)).assert_outcomes(passed=1)
    run(proving("", 'formatter_contract(Quoting, schema="gpt2", checks=["S01"])')).assert_outcomes(passed=1)


def test_a_waiver_lets_a_failure_pass_and_is_written_down(run, pytester):
    run(proving('schema="gpt2", checks="R03", waivers={"R03": "see #12"}'), "--junit-xml=out.xml").assert_outcomes(
        passed=1
    )
    assert '<property name="waived R03" value="see #12"' in (pytester.path / "out.xml").read_text(encoding="utf-8")


def test_a_stale_waiver_fails(run):
    result = run(proving('schema="gpt2", checks="S01", waivers={"S01": "see #12"}'))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["STALE S01 text-exact*"])


@pytest.mark.parametrize(
    ("marker", "call", "told"),
    [
        ("", "formatter_contract(Quoting)", "expected a wire schema, such as schema=*"),
        ('schema="gpt2", checks="R99"', "formatter_contract(Quoting)", "there is no check 'R99'; expected *"),
        ('schema="gpt2", waivers={"R99": "why"}', "formatter_contract(Quoting)", "there is no check 'R99' to waive"),
        ('schema="gpt2"', "formatter_contract(Quoting())", "expected a class or a function that makes *"),
        ('schema="gpt2", cheques="R"', "formatter_contract(Quoting)", "*cheques*"),
    ],
)
def test_what_cannot_be_proved_is_told_in_a_line(run, marker, call, told):
    result = run(proving(marker, call))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"formatter_contract: {told}"])


def test_a_test_that_proves_nothing_fails(run):
    marked = '@pytest.mark.formatter_contract(schema="gpt2")\ndef test_it(): pass\n'
    result = run(proving('schema="gpt2"', "pass") + marked)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "nothing was proved: call formatter_contract(MyFormatter)",
            "the marker formatter_contract proves nothing without the fixture formatter_contract",
        ]
    )


def test_the_fixtures_options_and_marker_are_documented(run):
    result = run("", "--help")
    result.stdout.fnmatch_lines(["*--contract-examples=N*", "*--contract-seed=N*"])
    run("", "--markers").stdout.fnmatch_lines(["@pytest.mark.formatter_contract(schema, checks=...*"])
    run("", "--fixtures").stdout.fnmatch_lines(["formatter_contract*", "*Prove a formatter's contract*"])


LIGHT = """
import sys

import azureml_contract.pytest_plugin

heavy = {"hypothesis", "aiohttp", "azureml_emulator", "azureml_contract.inspection", "azureml_contract.pytest_proof"}
assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()
"""


@pytest.mark.slow
def test_the_plugin_loads_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


WITHOUT = """
import sys

sys.modules["hypothesis"] = None
"""
INSTALL = "the contract kit needs hypothesis: pip install 'azureml-emulator[contract]'"


@pytest.mark.slow
def test_a_project_without_hypothesis_is_told_which_extra_to_install(pytester, monkeypatch):
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    pytester.makeconftest(WITHOUT)
    pytester.makepyfile(
        HEAD.replace(
            "from contract_tests.zoo.reference import Reference", "from azureml_contract import *"
        ).partition("class")[0]
        + """
class TestMine(FormatterContract):
    schema = "gpt2"

    def make_formatter(self):
        return object()


@pytest.mark.formatter_contract(schema="gpt2")
def test_mine(formatter_contract):
    formatter_contract(object)


def test_something_else():
    pass
"""
    )
    result = pytester.runpytest_subprocess(
        "-p", "no:hypothesispytest", "-p", "no:schemathesis", "-p", "no:benchmark", "-p", "no:cacheprovider"
    )
    result.assert_outcomes(passed=1, failed=2, skipped=1)
    result.stdout.fnmatch_lines([f"TestMine: {INSTALL}", f"formatter_contract: {INSTALL}"])
    result.stdout.no_fnmatch_line("*Traceback*")
