"""The door for classes: a test for each check, waivers, and what may not be taken away."""

from pathlib import Path

import pytest

from azureml_contract.check import all_checks
from contract_tests.kit.alone import ALONE

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]

HEAD = """
import json

from azureml_contract import ClientContract, FormatterContract
from contract_tests.zoo.reference import Reference


class Quoting(Reference):
    def document(self, prompt, parameters):
        return super().document(json.dumps(prompt), parameters)

"""


def contract(of="Quoting", base="FormatterContract", name="TestMine", more=""):
    lines = [f"class {name}({base}):", '    schema = "gpt2"', *(f"    {line}" for line in more.splitlines())]
    return "\n".join([*lines, f"    def make_formatter(self):\n        return {of}()\n"])


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def run(pytester, monkeypatch):
    """Run the tests of a file with contracts, in this process, with the checks that `-k` names."""

    def run(*contracts, k="R03", options=()):
        pytester.makepyfile(test_mine=HEAD + "\n".join(contracts))
        monkeypatch.syspath_prepend(str(pytester.path))
        return pytester.runpytest_inprocess(*ALONE, "-k", k, *options)

    return run


def test_every_check_that_can_be_asked_is_a_test_of_its_own(run):
    result = run(contract("Reference"), k="contract", options=["--collect-only", "-q"])
    asked = [f"test_mine.py::TestMine::test_contract[{one.id}-{one.name}]" for one in all_checks().values()]
    found = [line for line in result.outlines if "test_contract[" in line]
    assert 0 < len(found) <= len(asked)
    assert [one for one in asked if one in found] == found
    assert "test_mine.py::TestMine::test_contract[R03-prompt-roundtrip]" in found


def test_a_correct_formatter_passes(run):
    run(contract("Reference"), k="R03 or taken").assert_outcomes(passed=2)


def test_a_failure_shows_the_block_and_nothing_else(run):
    result = run(contract())
    result.assert_outcomes(failed=1)
    shown = result.outlines[result.outlines.index(next(one for one in result.outlines if "FAIL R03" in one)) - 1 :]
    assert shown[:9] == [
        "_________________ TestMine.test_contract[R03-prompt-roundtrip] _________________",
        "FAIL R03 prompt-roundtrip   test_mine:TestMine x gpt2                         (smallest failing input)",
        "  The prompt that the endpoint decodes is not the prompt you passed.",
        "    you passed      '\"'                  1 character",
        '    server decodes  \'"\\\\""\'              4 characters: quotes added at both ends, backslash added',
        '    request body    {"inputs": {"input_string": ["\\"\\\\\\"\\""]}, "parameters": {}}',
        "  Likely cause: the text is escaped twice; json.dumps already escapes.",
        '  Reproduce:  pytest "test_mine.py::TestMine::test_contract[R03-prompt-roundtrip]"',
        '  Explain:    azureml-contract explain R03        Accept: waivers = {"R03": "why"}',
    ]
    assert shown[9].startswith("====")


def test_a_waived_failure_is_expected_and_says_why(run):
    result = run(contract(more='waivers = {"R03": "escaped twice; tracked in #12"}'), options=["-rx"])
    result.assert_outcomes(xfailed=1)
    result.stdout.fnmatch_lines(["XFAIL *R03-prompt-roundtrip* - escaped twice; tracked in #12"])


def test_a_waived_failure_fails_where_waivers_do_not_count(run):
    result = run(contract(more='waivers = {"R03": "tracked in #12"}'), options=["--runxfail"])
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FAIL R03 prompt-roundtrip*"])


def test_a_waiver_that_nothing_needs_fails(run):
    result = run(contract("Reference", more='waivers = {"R03": "tracked in #12"}'))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["STALE R03 prompt-roundtrip*", "  The check passes: its waiver is not needed*"])


def test_a_waiver_of_nothing_fails(run):
    result = run(contract("Reference", more='waivers = {"R99": "why", "C01": "why", "S01": ""}'), k="taken")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "TestMine: there is no check 'R99' to waive",
            "TestMine: *C01*",
            "TestMine: the waiver of S01 gives no reason",
        ]
    )


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ("test_contract = None", "test_contract is deleted"),
        ("def test_contract(self): pass", "test_contract is overridden"),
        ("def pytest_generate_tests(self, metafunc): pass", "pytest_generate_tests is overridden"),
        ("def _asked(self): return [], []", "_asked is overridden"),
    ],
)
def test_taking_checks_away_fails(run, more, what):
    result = run(contract("Reference", more=more), k="taken")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f'TestMine: {what}; * has a waiver instead: waivers = {{"R03": "why"}}'])


def test_taking_checks_away_is_seen_below_a_contract_of_ones_own(run):
    mine = contract("Reference", name="Shared")
    result = run(mine, "class TestMine(Shared):\n    test_contract = None\n", k="taken")
    result.assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("schema = ''", "*expected a wire schema, such as schema=*"),
        ("schema = 'gtp2'", "expected one of * (did you mean 'gpt2'*)"),
    ],
)
def test_a_contract_without_a_schema_fails_in_a_line(run, more, told):
    result = run(contract("Reference", more=more), k="contract or taken")
    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines([f"TestMine: {told}"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_one_who_makes_nothing_is_told_what_to_write(run):
    result = run('class TestMine(FormatterContract):\n    schema = "gpt2"\n')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*TestMine needs a method make_formatter that returns a formatter*"])


EXAMPLES = """
seen = []


class Counting(Reference):
    def document(self, prompt, parameters):
        seen.append(prompt)
        return super().document(prompt, parameters)


def test_R03_was_put_to_so_many():
    with open("seen.txt", "w", encoding="utf-8") as file:
        file.write(repr(seen))
"""


def test_examples_and_seed_are_set_by_the_class_and_by_options(run, pytester):
    def prompts(more, *options):
        run(contract("Counting", more=more) + EXAMPLES, options=options).assert_outcomes(passed=2)
        return (pytester.path / "seen.txt").read_text(encoding="utf-8")

    curated = prompts("examples = 0")
    ten = prompts("examples = 10")
    assert len(ten) > len(curated)
    assert prompts("", "--contract-examples", "0") == curated
    assert prompts("", "--contract-examples", "10") == ten
    assert prompts("examples = 10\nseed = 7") == prompts("", "--contract-examples=10", "--contract-seed=7") != ten


def test_a_wire_of_ones_own_can_be_the_schema(run):
    result = run("from azureml_contract import wire\n", contract("Reference", more="schema = wire.known('gpt2')"))
    result.assert_outcomes(passed=1)


@pytest.mark.slow
def test_junit_lf_and_xdist_know_the_checks(run, pytester, monkeypatch):
    result = run(contract(), k="R03 or S01", options=["--junit-xml=out.xml"])
    result.assert_outcomes(passed=1, failed=1)
    written = (pytester.path / "out.xml").read_text(encoding="utf-8")
    assert 'classname="test_mine.TestMine" name="test_contract[R03-prompt-roundtrip]"' in written
    assert "FAIL R03 prompt-roundtrip" in written
    pytester.runpytest_inprocess(*ALONE, "--lf").assert_outcomes(failed=1)
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    pytester.runpytest_subprocess("-p", "no:benchmark", "-n", "2", "-k", "R03 or S01").assert_outcomes(
        passed=1, failed=1
    )


CLIENT = """
from azureml_endpoint import AzureMLOnlineEndpoint, GPT2ContentFormatter


class TestClient(ClientContract):
    schema = "gpt2"

    def make_formatter(self):
        return GPT2ContentFormatter()

    def make_client(self, **settings):
        return AzureMLOnlineEndpoint(**settings)

    def test_the_endpoint_of_the_class_is_alive(self, contract_stage):
        client = self.make_client(
            endpoint_url=contract_stage.endpoint.url,
            endpoint_api_key=contract_stage.endpoint.key,
            content_formatter=self.make_formatter(),
        )
        assert client.invoke("R03") == "R03"
"""


def test_a_client_is_proved_against_a_live_endpoint(run):
    run(CLIENT, k="alive or taken or C01").assert_outcomes(passed=2 + ("C01" in all_checks()))
