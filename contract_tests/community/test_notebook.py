"""LangChain's Azure ML page, all of it: `LLMChain` included, over our client as a LangChain class.

And the same page with LangChain's own classes: with the newest hardly a cell runs, with older ones some do, and
every prompt is mangled. This is why there is another client.
"""

import json
import warnings
from pathlib import Path

import pytest
from pydantic import ValidationError

from contract_tests.community.referee import TAKES_THE_ENUM
from contract_tests.notebook import KEY, OWN, ran

pytestmark = pytest.mark.filterwarnings("ignore:.*LlamaContentFormatter.*deprecated")


def chained(notebook, emulator):
    """Run the cell with `LLMChain`, of which LangChain says once, past all filters in 1.x, that it is deprecated."""
    with warnings.catch_warnings(record=True) as told:
        warnings.filterwarnings("always", "The class `LLMChain` was deprecated")
        outcome = ran(notebook, emulator, "chain")
    assert [one for one in told if "The class `LLMChain` was deprecated" not in str(one.message)] == []
    return outcome


@pytest.fixture
def ours(notebook):
    notebook.package = "azureml_endpoint.langchain"
    notebook.run("import")
    return notebook


def test_ours_is_a_langchain_class(ours):
    from langchain_core.language_models import BaseLLM

    assert issubclass(ours.names["AzureMLOnlineEndpoint"], BaseLLM)


@pytest.mark.parametrize("api_type", ["realtime", "dedicated"])
def test_cells_in_order(ours, azureml_emulator, api_type, capsys):
    ours.api_type = api_type
    for cell, endpoint, parameters in (
        ("completion", "llama", OWN),
        ("parameters of a call", "llama", {**OWN, "temperature": 0.5}),
        ("completion", "llama", OWN),
        ("serverless", "completions", OWN),
    ):
        shown, prompt, call = ran(ours, azureml_emulator, cell)
        assert shown == prompt
        assert (call.endpoint, call.prompts, call.notes) == (endpoint, [prompt], [])
        assert call.parameters == parameters

    _, prompt, call = ran(ours, azureml_emulator, "custom formatter")
    assert (call.endpoint, call.prompts, call.notes) == ("summarization", [prompt], [])
    assert capsys.readouterr().out == prompt + "\n"

    _, prompt, call = chained(ours, azureml_emulator)
    assert (call.endpoint, call.prompts, call.notes) == ("dolly", [prompt], [])
    assert call.parameters == {"temperature": 0.8, "max_tokens": 300}
    assert repr(prompt) in capsys.readouterr().out

    ours.run("save and load")
    saved, loaded = ours.names["save_llm"], ours.names["loaded_llm"]
    assert loaded.deployment_name == saved.deployment_name
    assert loaded.model_kwargs == saved.model_kwargs
    assert KEY not in capsys.readouterr().out + Path("azureml.json").read_text(encoding="utf-8")


def test_chain_gives_inputs_and_text(ours, azureml_emulator):
    ours.run("custom formatter")
    chained(ours, azureml_emulator)
    given = {"word_count": 3, "topic": '"quotes"\nand lines'}
    answer = ours.names["chain"].invoke(given)
    assert answer == {**given, "text": ours.names["prompt"].format(**given)}
    assert azureml_emulator.calls[-1].prompts == [answer["text"]]


@pytest.fixture
def theirs(notebook):
    notebook.package = None
    notebook.run("import")
    return notebook


def named(notebook):
    """Say `dedicated` where the page says `realtime`, which no formatter of LangChain's supports any longer."""
    notebook.api_type = "dedicated"
    notebook.cells = {name: code.replace('"realtime"', '"dedicated"') for name, code in notebook.cells.items()}


ENUM = ["completion", "serverless"]
"""The cells that give the api type as a member of the enum."""
FAILING = [("custom formatter", TypeError, "takes 3 positional arguments but 4 were given")]
if not TAKES_THE_ENUM:
    FAILING += [(cell, ValidationError, "endpoint_api_type") for cell in ENUM]


@pytest.mark.parametrize(("cell", "error", "why"), FAILING)
def test_cells_that_fail_with_langchain_itself(theirs, azureml_emulator, cell, error, why):
    named(theirs)
    with pytest.raises(error, match=why):
        theirs.run(cell)
    assert azureml_emulator.calls == []


@pytest.mark.skipif(not TAKES_THE_ENUM, reason="this LangChain fails at the enum: see the test above")
@pytest.mark.parametrize("cell", ENUM)
def test_cells_that_run_with_an_older_langchain(theirs, azureml_emulator, cell):
    named(theirs)
    shown, prompt, call = ran(theirs, azureml_emulator, cell)
    assert call.prompts == [shown]
    assert shown.strip('"') == json.dumps(prompt)[1:-1]
    assert "escaped twice" in call.notes[0]


def test_chain_with_langchain_itself(theirs, azureml_emulator):
    """The one cell that asks a model and runs with all of them; its prompt is mangled, and the journal says so."""
    import os

    theirs.names["os"] = os
    _, prompt, call = chained(theirs, azureml_emulator)
    assert call.prompts == [json.dumps(prompt)]
    assert "quoted and escaped twice" in call.notes[0]
