"""The cells of LangChain's Azure ML page run with our client, nothing changed but imports, host and environment.

For each cell: what comes back, and what the emulator's journal says the model saw. The cell with `LLMChain` needs
langchain-classic and runs, with all others again, in `community/test_notebook.py`.
"""

import json
from pathlib import Path

import pytest

from contract_tests.notebook import KEY, OWN, ran

pytestmark = pytest.mark.filterwarnings("ignore:.*LlamaContentFormatter.*deprecated")


@pytest.fixture(params=["realtime", "dedicated"], autouse=True)
def _api_type(request, notebook):
    notebook.api_type = request.param
    notebook.run("import")


def test_completion(notebook, azureml_emulator):
    shown, prompt, call = ran(notebook, azureml_emulator, "completion")
    assert shown == prompt
    assert (call.endpoint, call.path, call.prompts, call.notes) == ("llama", "/score", [prompt], [])
    assert call.parameters == OWN


def test_parameters_of_a_call_end_with_it(notebook, azureml_emulator):
    notebook.run("completion")
    shown, prompt, call = ran(notebook, azureml_emulator, "parameters of a call")
    assert shown == prompt
    assert call.parameters == {**OWN, "temperature": 0.5}
    notebook.names["llm"].invoke("again", stop=["END"])
    notebook.names["llm"].invoke("and again")
    *_, stopped, last = azureml_emulator.calls
    assert stopped.parameters == {**OWN, "stop": ["END"]}
    assert last.parameters == OWN


def test_serverless(notebook, azureml_emulator):
    shown, prompt, call = ran(notebook, azureml_emulator, "serverless")
    assert shown == prompt
    assert (call.endpoint, call.path) == ("completions", "/v1/completions")
    assert (call.prompts, call.notes) == ([prompt], [])
    assert call.parameters == OWN


def test_custom_formatter(notebook, azureml_emulator, capsys):
    """Its formatter takes two arguments and returns a str, which LangChain itself never took."""
    _, prompt, call = ran(notebook, azureml_emulator, "custom formatter")
    assert prompt == notebook.names["large_text"]
    assert {'"', "\n"} <= set(prompt)
    assert (call.endpoint, call.prompts, call.notes) == ("summarization", [prompt], [])
    assert call.parameters == OWN
    assert capsys.readouterr().out == prompt + "\n"


def test_save_and_load(notebook, capsys):
    notebook.run("save and load")
    saved, loaded = notebook.names["save_llm"], notebook.names["loaded_llm"]
    written = Path("azureml.json").read_text(encoding="utf-8")
    assert type(loaded) is type(saved)
    assert loaded.deployment_name == saved.deployment_name == json.loads(written)["deployment_name"]
    assert loaded.model_kwargs == saved.model_kwargs == json.loads(written)["model_kwargs"]
    printed = capsys.readouterr().out
    assert saved.deployment_name in printed
    assert KEY not in printed + written


def test_what_is_loaded_can_be_called(notebook, azureml_emulator):
    notebook.run("completion")
    notebook.names["llm"].save("llama.json")
    notebook.run("save and load")
    loaded = notebook.names["load_llm"]("llama.json")
    assert loaded.invoke("Are you there?") == "Are you there?"
    call = azureml_emulator.calls[-1]
    assert (call.endpoint, call.parameters) == ("llama", OWN)


def test_only_imports_and_host_are_changed(notebook):
    """The tests above would prove little if the cells were changed more than they say."""
    notebook.api_type = "realtime"
    for name, cell in notebook.cells.items():
        lines = zip(cell.splitlines(), notebook.adapted(name).splitlines(), strict=True)
        changed = [old for old, new in lines if old != new]
        assert [
            line for line in changed if not line.startswith("from langchain") and "endpoint_url" not in line
        ] == []
