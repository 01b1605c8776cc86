"""The LLM server tells who publishes a model, and decides about extra parameters."""

import json

import pytest

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
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


@pytest.mark.parametrize(
    ("schema", "path", "said"),
    [
        ("chat-completion", "/completions", "task_type chat-completion not available with text generation API."),
        ("llm-chat", "/v1/completions", "task_type chat-completion not available with text generation API."),
        (
            "text-generation",
            "/chat/completions",
            "task_type text-generation not available with chat completions API.",
        ),
        (
            "llm-completions",
            "/v1/chat/completions",
            "task_type text-generation not available with chat completions API.",
        ),
    ],
)
def test_paths_for_models_of_another_task(make_call, schema, path, said):
    engine = Engine([Endpoint("one", schema=schema)])
    reply = engine.score(make_call({}, path=path, listener="one"))
    assert (reply.status, dict(reply.headers)["ms-azureml-model-error-statuscode"]) == (424, "400")
    assert json.loads(reply.body) == {"error": {"code": "Bad Request", "message": said, "status": 400}}
    asked = engine.score(make_call(b"", path=path, listener="one", method="GET"))
    assert json.loads(asked.body) == {"detail": "Method Not Allowed"}


def test_on_serverless_endpoints_there_are_no_such_paths(score):
    assert score({"prompt": "a"}, path="/completions", listener="chat").status == 404


@pytest.mark.parametrize(
    ("sent", "shown"), [(b'{"messages": []}', '{"messages": []}'), (b"\xff", "\ufffd"), (b"", None)]
)
def test_a_body_that_is_not_declared_as_json_is_shown_as_text(score, sent, shown):
    reply = score(sent, path="/chat/completions", listener="chat", content_type="text/plain")
    assert reply.status == 422
    assert json.loads(reply.body)["error"]["details"][0]["input"] == shown
