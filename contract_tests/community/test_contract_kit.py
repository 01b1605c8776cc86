"""The contract kit on LangChain's own formatters, which nobody changed."""

import pytest

from azureml_contract.cli import main
from contract_tests.kit.test_infer import named

COMPLETIONS, CHATS = "langchain_community.llms.azureml_endpoint", "langchain_community.chat_models.azureml_endpoint"
GPT2 = f"{COMPLETIONS}:GPT2ContentFormatter"
R03 = f"""\
FAIL R03 prompt-roundtrip   {GPT2} x gpt2   (smallest failing input)
  The prompt that the endpoint decodes is not the prompt you passed.
    you passed      '"'                  1 character
    server decodes  '"\\\\""'              4 characters: quotes added at both ends, backslash added
    request body    {{"inputs": {{"input_string": ["\\"\\\\\\"\\""]}}, "parameters": {{}}}}
  Likely cause: the text is escaped twice; json.dumps already escapes.
  Reproduce:  azureml-contract check {GPT2} --schema gpt2 --check R03 --replay R03-7cd0
  Explain:    azureml-contract explain R03        Accept: waivers = {{"R03": "why"}}
"""
THEIRS = {
    f"{COMPLETIONS}:GPT2ContentFormatter": ["gpt2 (dedicated)"],
    f"{COMPLETIONS}:HFContentFormatter": ["huggingface (dedicated)"],
    f"{COMPLETIONS}:DollyContentFormatter": ["dolly (dedicated)"],
    f"{COMPLETIONS}:CustomOpenAIContentFormatter": ["llama (dedicated)", "completions (serverless)"],
    f"{CHATS}:CustomOpenAIChatContentFormatter": ["llama-chat (dedicated)", "chat (serverless)"],
    f"{CHATS}:MistralChatContentFormatter": ["chat (serverless)"],
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_double_escape_is_shown_as_it_is(capsys):
    assert main(["check", GPT2, "--schema", "gpt2", "--check", "R03"]) == 1
    assert capsys.readouterr().out.startswith(R03)


@pytest.mark.filterwarnings("ignore:`LlamaChatContentFormatter` will be deprecated")
@pytest.mark.parametrize("name", THEIRS)
def test_the_schema_of_each_is_found(capsys, name):
    assert main(["infer", name]) == 0
    assert named(capsys.readouterr().out) == THEIRS[name]
