"""`azureml-contract infer` names the schema that a formatter speaks."""

import pytest

from azureml_contract.cli import main
from contract_tests.kit import cases

OURS = {
    "GPT2ContentFormatter": ["gpt2 (dedicated)"],
    "OSSContentFormatter": ["gpt2 (dedicated)"],
    "HFContentFormatter": ["huggingface (dedicated)"],
    "DollyContentFormatter": ["dolly (dedicated)"],
    "CustomOpenAIContentFormatter": ["llama (dedicated)", "completions (serverless)"],
    "CustomOpenAIChatContentFormatter": ["llama-chat (dedicated)", "chat (serverless)"],
    "MistralChatContentFormatter": ["llama-chat (dedicated)", "chat (serverless)"],
}


def named(told: str) -> list[str]:
    return [line.split(" speaks ")[1].split(", ")[0] for line in told.splitlines() if " speaks " in line]


@pytest.mark.parametrize("name", OURS)
def test_our_own_formatters(capsys, name):
    assert main(["infer", f"azureml_endpoint.formatters:{name}"]) == 0
    told = capsys.readouterr().out
    assert named(told) == OURS[name]
    assert told.count(", certain: ") == len(OURS[name])
    for one in OURS[name]:
        assert f"check azureml_endpoint.formatters:{name} --schema {one.split()[0]}\n" in told


@pytest.mark.parametrize(
    ("name", "schema"),
    [("Reference", "gpt2"), ("Serverless", "completions"), ("Chat", "chat"), ("DedicatedChat", "llama-chat")],
)
def test_the_zoos_references(capsys, name, schema):
    assert main(["infer", f"contract_tests.zoo.reference:{name}"]) == 0
    assert named(capsys.readouterr().out)[0].startswith(f"{schema} ")


def test_a_formatter_that_escapes_is_recognised_and_told_so(capsys):
    assert main(["infer", f"{cases.__name__}:Escaping"]) == 0
    told = capsys.readouterr().out
    assert "speaks gpt2 (dedicated), likely:" in told
    assert "But the prompt arrives changed: quotes added at both ends." in told


def test_what_keeps_it_from_others_is_told(capsys):
    main(["infer", "azureml_endpoint.formatters:DollyContentFormatter", "--all"])
    told = capsys.readouterr().out
    assert "the endpoint does not read the parameters temperature, top_p" in told
    assert 'it does not read the answer [{"0": ' in told


def test_an_unknown_schema_is_said_to_be_none(capsys):
    assert main(["infer", f"{cases.__name__}:Unheard"]) == 1
    told = capsys.readouterr().out
    assert "speaks none of the known schemas" in told
    assert "--request-example FILE --prompt-at PLACE" in told


def test_a_formatter_that_ends_the_program_is_told_so(capsys):
    assert main(["infer", f"{cases.__name__}:Exiting"]) == 1
    assert "it called sys.exit(7)" in capsys.readouterr().out
