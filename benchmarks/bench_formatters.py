"""Our formatters, each way, against the JSON work that is in it."""

import json

import pytest
from ratios.data import CASES, CONVERSATION, PARAMETERS, PROMPT
from ratios.turns import in_pairs, run

import azureml_endpoint
from azureml_endpoint import AzureMLEndpointApiType


@pytest.fixture(scope="module", params=CASES, ids=str)
def case(request):
    """A formatter on an api type."""
    return request.param


@in_pairs
def test_encode(benchmark, case, pair, side):
    """From a prompt or messages to the body, which json.dumps makes of plain values."""
    formatter, api_type = getattr(azureml_endpoint, case.formatter)(), AzureMLEndpointApiType(case.api_type)
    if case.is_chat:
        method, asked = formatter.format_messages_request_payload, CONVERSATION
    else:
        method, asked = formatter.format_request_payload, PROMPT
    body = json.loads(method(asked, PARAMETERS, api_type))
    what = f"encode {case} / json.dumps of the body"
    if side == "ours":
        run(benchmark, what, side, lambda: method(asked, PARAMETERS, api_type))
    else:
        run(benchmark, what, side, lambda: json.dumps(body).encode())


@in_pairs
def test_decode(benchmark, case, pair, side):
    """From an answer's bytes to a generation, against json.loads of them."""
    formatter, api_type = getattr(azureml_endpoint, case.formatter)(), AzureMLEndpointApiType(case.api_type)
    output = case.output
    what = f"decode {case} / json.loads of the answer"
    if side == "ours":
        run(benchmark, what, side, lambda: formatter.format_response_payload(output, api_type))
    else:
        run(benchmark, what, side, lambda: json.loads(output))
