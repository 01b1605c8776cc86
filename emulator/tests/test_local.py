"""A container without a front door; contract_tests/microsoft asks Microsoft's own the same."""

from typing import Any

import pytest

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.latency import Constant
from azureml_emulator.schema import Prompt, Reading, Schema

TEXT = Schema(
    name="text",
    about="A run() that takes text",
    request=str,
    response=Any,
    read=lambda text: Reading((Prompt(text),)),
    write=lambda scoring: scoring.texts[0],
    example={},
    evidence="",
    undecorated=True,
)


@pytest.fixture
def ask(make_call):
    """Ask a local endpoint; `settings` are its own, the rest is the call's."""

    def ask(*body, schema="gpt2", settings=None, query="", **call):
        engine = Engine([Endpoint("local", schema=schema, api_type="local", **(settings or {}))])
        return engine.score(make_call(*body, listener="local", key=None, **call)._replace(query=query))

    return ask


def test_no_key_is_needed_and_refusals_keep_their_status(ask, headers_of):
    assert ask().status == 200
    refused = ask(b"")
    assert refused.status == 400
    assert headers_of(refused)["server"] == "gunicorn"
    assert not [name for name in headers_of(refused) if name.startswith(("azureml-", "ms-azureml-"))]


def test_a_deployment_cannot_be_chosen_for_there_is_one(ask):
    assert ask(azureml_model_deployment="nope").status == 200
    with pytest.raises(ValueError, match="a local endpoint has one deployment, not a, b"):
        Endpoint("x", schema="gpt2", api_type="local", deployments=[{"name": "a"}, {"name": "b"}], traffic={"a": 100})


def test_ids_are_echoed_as_they_were_sent(ask, headers_of):
    headers = headers_of(ask(x_request_id="mine", x_ms_client_request_id="a client's, no less", traceid="t"))
    assert headers["x-request-id"] == "mine"
    assert headers["x-ms-request-id"] == headers["x-ms-client-request-id"] == "a client's, no less"
    assert headers["traceid"] == "t"


def test_an_id_of_101_characters_is_too_long_by_one(ask):
    assert ask(x_request_id="r" * 100).status == 200
    assert ask(x_request_id="r" * 101).status == 431


def test_the_scoring_timeout_ends_a_slow_answer(ask, json_of):
    settings = {"latency": Constant(ms=300), "deployments": [{"scoring_timeout_ms": 200}]}
    reply = ask(settings=settings)
    assert (reply.status, reply.seconds) == (500, 0.2)
    assert json_of(reply) == {"message": "Scoring timeout after 200 ms"}
    assert ask(settings={**settings, "deployments": [{"scoring_timeout_ms": 300}]}).status == 200


def test_a_query_is_scored_and_the_journal_says_what_was_heard(ask):
    reply = ask(b"", method="GET", query='inputs={"input_string":["a","b"]}')
    assert reply.body == b'[{"0": "a"}, {"0": "b"}]'
    assert reply.exchange.prompts == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "kind", "heard"),
    [(b"{bad", "text/plain", "{bad"), (b"a=1", "application/x-www-form-urlencoded", ""), (b"", "x", "")],
)
def test_an_undecorated_run_gets_the_text_but_of_a_form(ask, json_of, body, kind, heard):
    reply = ask(body, schema=TEXT, content_type=kind)
    assert json_of(reply) == heard
    assert reply.exchange.prompts == [heard]


def test_what_an_undecorated_run_returns_is_written_as_azmlinfsrv_does(ask, json_of):
    from dataclasses import replace

    assert ask(schema=replace(TEXT, write=lambda _: None)).body == b"{}"
    assert ask(schema=replace(TEXT, write=lambda _: [float("nan"), "é"])).body == b'[NaN, "\\u00e9"]'
    unserialisable = ask(schema=replace(TEXT, write=lambda _: object()))
    assert unserialisable.status == 500
    assert json_of(unserialisable)["message"].startswith("An unexpected internal error")
