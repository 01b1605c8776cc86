"""What is typed wrongly is told in a line, with a guess, and never with a traceback."""

import io
from contextlib import redirect_stderr, redirect_stdout, suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from azureml_contract.cli import main
from contract_tests.kit import cases

GOOD = "contract_tests.zoo.reference:Reference"


pytestmark = pytest.mark.usefixtures("folder")


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
    assert main(["check", "raises_at_once:A", "--schema", "gpt2"]) == 2
    assert capsys.readouterr().err.endswith("cannot be imported: SystemExit: line one line two\n")


OPTIONS = ("schema", "check", "url", "replay", "waive", "prompt-at", "seed", "api-type", "pace", "examples", "list")
WORDS = ["check", "infer", "explain", "replay", "list", "R03", "=", ":", "a:b", "json:no", "$.a", "-1", "é\n"]


@pytest.mark.slow
@given(
    typed=st.lists(
        st.sampled_from(WORDS) | st.sampled_from(OPTIONS).map("--".__add__) | st.text(max_size=4), max_size=6
    )
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(typed=["check", "os:getcwd", "--schema", "gpt2", "--check", "R03", "--examples", "0"])
def test_whatever_is_typed_there_is_an_exit_code_and_no_traceback(typed):
    with redirect_stderr(io.StringIO()) as said, redirect_stdout(io.StringIO()), suppress(SystemExit):
        assert main(typed) in (0, 1, 2)
    assert said.getvalue().count("\n") <= 1
