"""The LLM server tells who publishes a model, and decides about extra parameters."""

import pytest

from azureml_emulator.errors import ExtraParameters, UnknownExtraOption
from azureml_emulator.inference_servers import AZMLINFSRV, LLM_SERVER
from azureml_emulator.inference_servers.publisher import publisher

STANDARD = frozenset({"a", "b"})


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Meta-Llama-3.1-8B-Instruct", "meta"),
        ("Llama-2-7b", "meta"),
        ("CodeLlama-7b-hf", "meta"),
        ("Phi-3.5-mini-instruct", "Microsoft"),
        ("Cohere-command-r-plus", "Cohere"),
        ("Mixtral-8x7B-v01", "Mistral AI"),
        ("text-embedding-3-small", "OpenAI"),
        ("my-own-model", ""),
    ],
)
def test_publisher(model, name):
    assert publisher(model) == name


def read(document, path="/x", standard=STANDARD, server=LLM_SERVER, **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.read(document, lambda left: left, standard, path, sent)


def test_extra_parameters_are_refused_dropped_or_passed():
    document = {"a": 1, "z": 2, "y": 3}
    with pytest.raises(ExtraParameters, match=r"\['z', 'y'\]"):
        read(document)
    with pytest.raises(ExtraParameters):
        read(document, extra_parameters="error")
    assert read(document, extra_parameters="drop") == {"a": 1}
    assert read(document, extra_parameters="pass-through") == document


def test_a_word_that_it_does_not_know_is_refused_even_where_nothing_is_extra():
    with pytest.raises(UnknownExtraOption, match="option ignore, expected options are"):
        read({"a": 1}, extra_parameters="ignore")


def test_where_nothing_is_extra():
    document = {"a": 1, "z": 2}
    assert read(document, path="/v1/x") == read(document, path="/openai/v1/x") == document
    assert read(document, standard=frozenset()) == read(document, server=AZMLINFSRV) == document
    assert read(["z"]) == ["z"]
