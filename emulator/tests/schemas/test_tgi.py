"""Hugging Face's TGI: plain, streamed, and its refusals."""

import pytest

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.engine import Engine
from azureml_emulator.schemas.tgi import FRAMING


@pytest.fixture
def ask(make_call):
    """Call a path of a TGI endpoint."""

    def ask(body, path="/generate", says="one two three", method="POST", **headers):
        answer = {"type": "fixed", "text": says} if says else "faker"
        endpoint = Endpoint("one", schema="tgi", model="m", answer=answer)
        return Engine([endpoint]).score(make_call(body, path=path, listener="one", method=method, **headers))

    return ask


def test_a_text_without_details_is_only_that(ask, json_of):
    assert json_of(ask({"inputs": "a"})) == {"generated_text": "one two three"}
    assert json_of(ask({"inputs": "a"}, path="/")) == [{"generated_text": "one two three"}]


def test_details_tell_it_token_by_token(ask, json_of):
    body = {"inputs": "a bc", "parameters": {"details": True, "decoder_input_details": True, "seed": 7}}
    details = json_of(ask(body))["details"]
    *tokens, end = details["tokens"]
    assert "".join(one["text"] for one in tokens) == "one two three"
    assert end["special"] is True
    assert all(0 <= one["id"] < 32_000 and one["logprob"] <= 0 and not one["special"] for one in tokens)
    assert [one["text"] for one in details["prefill"]] == ["a", " bc"]
    assert [one["logprob"] is None for one in details["prefill"]] == [True, False]
    assert (details["finish_reason"], details["generated_tokens"], details["seed"]) == (
        "eos_token",
        len(tokens) + 1,
        7,
    )


def test_a_limit_that_is_reached_leaves_no_end(ask, json_of):
    body = {"inputs": "a", "parameters": {"details": True, "max_new_tokens": 3, "return_full_text": True}}
    answer = json_of(ask(body, says=None))
    details = answer["details"]
    assert (details["finish_reason"], details["generated_tokens"]) == ("length", 3)
    assert answer["generated_text"] == "a" + "".join(one["text"] for one in details["tokens"])


@pytest.mark.parametrize(("path", "more"), [("/generate_stream", {}), ("/", {"stream": True})])
@pytest.mark.parametrize("details", [True, False])
def test_a_stream_ends_with_the_whole_text_and_no_done(path, more, details, ask):
    reply = ask({"inputs": "a", "parameters": {"details": details}, **more}, path=path)
    assert reply.chunked
    assert reply.body.startswith(b'data:{"index":1,"token":{"id":')
    assert b"DONE" not in reply.body
    *events, last = FRAMING.events(reply.body)
    assert "".join(one["token"]["text"] for one in events) == "one two three"
    assert {(one["generated_text"], one["details"]) for one in events} == {(None, None)}
    assert last["generated_text"] == "one two three"
    told = {"finish_reason": "eos_token", "generated_tokens": len(events) + 1, "seed": None}
    assert last["details"] == (told if details else None)


def test_generate_does_not_stream(ask):
    assert not ask({"inputs": "a", "stream": True}).chunked


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"temperature": 0}, "`temperature` must be strictly positive"),
        ({"top_k": 0}, "`top_k` must be strictly positive"),
        ({"top_p": 1.0}, "`top_p` must be > 0.0 and < 1.0"),
    ],
)
def test_parameters_out_of_range_are_refused_in_json(parameters, reason, ask, json_of, headers_of):
    reply = ask({"inputs": "a", "parameters": parameters})
    assert (reply.status, headers_of(reply)["ms-azureml-model-error-statuscode"]) == (424, "422")
    assert json_of(reply) == {"error": f"Input validation error: {reason}", "error_type": "validation"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "text"),
    [
        ({}, {}, "422", "Failed to deserialize the JSON body into the target type: inputs: Field required"),
        ({"inputs": ["a"]}, {}, "422", "Failed to deserialize the JSON body into the target type: inputs: "),
        (b"{", {}, "400", "Failed to parse the request body as JSON: Expecting property name"),
        (b"", {}, "400", "Failed to parse the request body as JSON: EOF"),
        (
            {"inputs": "a"},
            {"content_type": "text/plain"},
            "415",
            "Expected request with `Content-Type: application/j",
        ),
    ],
)
def test_bodies_that_cannot_be_read_are_refused_in_text(body, headers, status, text, ask, headers_of):
    reply = ask(body, **headers)
    found = headers_of(reply)
    assert (reply.status, found["ms-azureml-model-error-statuscode"]) == (424, status)
    assert found["content-type"].startswith("text/plain")
    assert reply.body.decode().startswith(text)


def test_a_model_that_fails_says_so(make_call, json_of):
    endpoint = Endpoint("one", schema="tgi", answer={"type": "python", "function": "json:loads"})
    reply = Engine([endpoint]).score(make_call({"inputs": "{"}, path="/generate", listener="one"))
    assert json_of(reply) == {"error": "Request failed during generation", "error_type": "generation"}


def test_its_pages(ask, json_of):
    assert ask({}, path="/health", method="GET").status == 200
    assert json_of(ask({}, path="/info", method="GET"))["model_id"] == "m"
    missing = ask({}, path="/nowhere", method="GET")
    assert (missing.status, missing.body) == (424, b"")
