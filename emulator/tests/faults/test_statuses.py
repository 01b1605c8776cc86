"""Answers by status: Azure's own words on each kind of endpoint."""

import json

import pytest
from pydantic import ValidationError

from azureml_emulator.errors import refusals
from azureml_emulator.faults import ModelError, Status

WORDS = {401: b"key_auth_access_denied", 408: b"upstream request timeout", 424: b"no healthy upstream", 429: b""}


@pytest.mark.parametrize("status", WORDS)
def test_the_front_door_says_what_azure_says(strike, status):
    struck = strike({"type": "status", "status": status})
    assert (struck.reply.status, struck.body) == (status, WORDS[status])
    assert struck.headers["content-type"] == "text/plain"
    assert struck.headers["content-length"] == str(len(WORDS[status]))
    assert struck.felt == ("status",)


def test_every_refusal_of_azure_s_can_be_had_by_its_status():
    statuses = {401, 403, 404, 408, 424, 429, 500, 502, 503, 504}
    assert {status for status in range(400, 600) if refusals(status)} == statuses
    assert [one.__name__ for one in refusals(503)] == ["NoUpstream"]  # the emulator's own is none of Azure's


def test_a_reason_chooses_among_several(strike):
    assert strike({"type": "status", "status": 424}).headers["ms-azureml-model-error-reason"] == "model_not_ready"
    few = strike({"type": "status", "status": 424, "reason": "too_few_model_instance"})
    assert few.headers["ms-azureml-model-error-reason"] == "too_few_model_instance"
    assert few.headers["ms-azureml-model-error-statuscode"] == ""
    assert "ms-azureml-model-error-reason" not in strike({"type": "status", "status": 429, "reason": ""}).headers


@pytest.mark.parametrize(
    ("status", "reason", "known"), [(424, "model_error", "'model_not_ready'"), (418, "x", "none")]
)
def test_a_reason_that_azure_does_not_give_is_refused(status, reason, known):
    with pytest.raises(ValidationError, match=f"reason: expected one of {known}.* not '{reason}'"):
        Status(status, reason=reason)


@pytest.mark.parametrize("status", [200, 302, 399, 600])
def test_a_status_that_is_no_failure_is_refused(status):
    for fault in (Status, ModelError):
        with pytest.raises(ValidationError, match="status"):
            fault(status=status)


@pytest.mark.parametrize("status", [401, 429, 418, 503])
def test_a_serverless_endpoint_says_it_in_json(strike, status):
    struck = strike({"type": "status", "status": status}, "chat")
    assert struck.reply.status == status
    assert struck.headers["content-type"] == "application/json"
    assert struck.json["error"]["code"] == str(status)
    assert struck.json["error"]["message"]


def test_each_kind_of_endpoint_refuses_what_is_too_much_in_words_of_its_own(strike):
    dedicated, serverless = (strike({"type": "status", "status": 429}, schema) for schema in ("gpt2", "chat"))
    assert dedicated.headers["ms-azureml-model-error-reason"] == "too_many_pending_request"
    assert "ms-azureml-model-error-reason" not in serverless.headers
    assert serverless.json["error"]["message"] == "Rate limit is exceeded. Try again in 1 second."


def test_a_text_of_one_s_own(strike):
    fault = {"type": "status", "status": 503, "text": "come back later"}
    assert strike(fault).body == b"come back later"
    assert strike(fault, "chat").json == {"error": {"code": "503", "message": "come back later"}}
    assert strike(fault | {"status": 401}, "chat").json["error"]["message"] == "come back later"


@pytest.mark.parametrize(
    ("retry_after", "told"),
    [
        (7, {"retry-after": "7"}),
        ("absent", {}),
        ({"type": "milliseconds", "after_s": 0.25}, {"retry-after-ms": "250"}),
        ({"type": "odd", "value": "soon"}, {"retry-after": "soon"}),
    ],
)
@pytest.mark.parametrize("schema", ["gpt2", "chat"])
def test_when_to_come_again(strike, schema, retry_after, told):
    headers = strike({"type": "status", "status": 429, "retry_after": retry_after}, schema).headers
    assert {name: value for name, value in headers.items() if name.startswith("retry")} == told


def test_a_refusal_of_one_fault_is_not_the_next_one_s(strike):
    strike({"type": "status", "status": 429, "retry_after": 7, "text": "mine"})
    assert strike({"type": "status", "status": 429}).body == b""
    assert "retry-after" not in strike({"type": "status", "status": 429}).headers


@pytest.mark.parametrize(("status", "routed"), [(401, False), (403, False), (404, False), (429, True), (408, True)])
def test_a_refusal_names_a_deployment_only_if_one_was_chosen(strike, status, routed):
    struck = strike({"type": "status", "status": status})
    assert ("azureml-model-deployment" in struck.headers) == routed
    assert struck.headers["x-request-id"]
    assert struck.reply.exchange.deployment == "default"


def test_an_expired_key(strike):
    dedicated, serverless = strike("expired_key"), strike("expired_key", "chat")
    assert (dedicated.reply.status, dedicated.body) == (401, b"key_auth_access_denied")
    assert serverless.json["error"]["code"] == "401"
    assert dedicated.reply.exchange.problem == "the key has expired"
    assert "azureml-model-deployment" not in dedicated.headers
    assert strike("expired_key", api_type="local").untouched


def test_the_container_fails_and_the_door_says_424(strike):
    struck = strike({"type": "model_error", "status": 503, "message": "CUDA out of memory"})
    assert (struck.reply.status, struck.json) == (424, {"message": "CUDA out of memory"})
    assert struck.headers["ms-azureml-model-error-reason"] == "model_error"
    assert struck.headers["ms-azureml-model-error-statuscode"] == "503"
    assert struck.headers["x-ms-run-function-failed"] == "True"
    assert "CUDA out of memory" in struck.reply.exchange.notes


def test_the_container_fails_where_no_door_rewrites_it(strike):
    serverless = strike("model_error", "chat")
    assert (serverless.reply.status, serverless.json["error"]["status"]) == (500, 500)
    assert serverless.json["error"]["code"] == "Internal Server Error"
    assert strike("model_error", api_type="local").reply.status == 500


def test_the_container_of_a_language_model_fails_at_score_too(strike):
    """Though it answers `{}` to what it does not understand."""
    body = {"input_data": {"input_string": [{"role": "user", "content": "Hi"}], "parameters": {}}}
    assert strike("model_error", "chat-completion", body).headers["ms-azureml-model-error-statuscode"] == "500"


def test_the_content_filter(strike):
    assert strike("content_filter", "chat").json["error"]["code"] == "content_filter"
    plain = strike({"type": "content_filter", "body": "plain"}, "chat")
    assert (plain.reply.status, plain.json["message"]) == (400, "The response was filtered")
    assert strike("content_filter").reply.status == 424


def test_the_content_filter_has_nothing_to_say_where_no_model_answered(strike):
    assert strike("content_filter", "chat", {"messages": 5}).untouched
    refused = strike("content_filter", body={}, method="PUT")
    assert refused.untouched
    assert json.loads(refused.body)["message"]
