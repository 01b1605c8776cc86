"""The contract kit against Microsoft's own inference server: what it proves live, and what it finds out there."""

from collections.abc import Iterator

import pytest

from azureml_contract.cli import main
from contract_tests.microsoft.referee import serving

GOOD = "contract_tests.zoo.reference:Reference"
OTHER = "contract_tests.zoo.reference:Serverless"
ESCAPES = "contract_tests.microsoft.test_contract_kit:Escapes"


class Escapes:
    """A formatter that escapes the prompt by hand, beside json.dumps."""

    def __new__(cls):
        from contract_tests.zoo.reference import Reference

        class Formatter(Reference):
            def document(self, prompt, parameters):
                return super().document(prompt.replace('"', '\\"'), parameters)

        return Formatter()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The score.py answers as GPT-2's first schema does, and says every prompt again."""
    with serving("decorated.py") as port:
        yield f"http://127.0.0.1:{port}/score"


def check(url: str, formatter: str, *more: str) -> int:
    return main(["check", formatter, "--schema", "gpt2", "--url", url, "--pace", "0", *more])


def test_a_correct_formatter_is_proved_against_microsofts_server(url, capsys):
    assert check(url, GOOD) == 0
    told = capsys.readouterr().out
    assert "not asked, since there is no key: L07" in told
    assert "6/6 checks hold in" in told


def test_an_escaped_prompt_is_found_there(url, capsys):
    assert check(url, ESCAPES, "--check", "L05") == 1
    assert "FAIL L05 live-roundtrip" in capsys.readouterr().out


def test_a_body_of_another_schema_is_refused_and_shown(url, capsys):
    assert check(url, OTHER, "--api-type", "serverless", "--check", "L01") == 1
    told = capsys.readouterr().out
    assert "The endpoint answered 400 to a plain prompt." in told
    assert "inputs" in told
