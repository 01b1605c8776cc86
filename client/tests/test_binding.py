"""What comes of whatever a formatter returns, and of what cannot be written or read."""

from types import SimpleNamespace

import pytest

from azureml_endpoint import AzureMLEndpointApiType, CustomOpenAIChatContentFormatter, GPT2ContentFormatter
from azureml_endpoint.errors import ResponseFormatError
from azureml_endpoint.formatters.binding import as_chat_generation
from azureml_endpoint.payloads import decode, encode

SERVERLESS = AzureMLEndpointApiType.serverless


def test_what_a_message_tells_beside_its_text_is_kept():
    message = SimpleNamespace(content="hi", response_metadata={"finish_reason": "length", "model": "m"})
    found = as_chat_generation(message, "reader").message
    assert (found.content, found.finish_reason) == ("hi", "length")
    assert found.response_metadata == {"finish_reason": "length", "model": "m"}


def test_what_a_generation_tells_stands_in_for_it():
    generation = SimpleNamespace(message=SimpleNamespace(content="hi"), generation_info={"finish_reason": "stop"})
    found = as_chat_generation(generation, "reader")
    assert found.message.finish_reason == "stop"
    assert found.message.response_metadata == found.generation_info == {"finish_reason": "stop"}


def test_a_chat_generation_tells_what_its_message_tells():
    body = b'{"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}], "model": "m"}'
    found = CustomOpenAIChatContentFormatter().format_response_payload(body, SERVERLESS)
    assert found.generation_info["finish_reason"] == "stop"


def test_a_subclass_that_keeps_no_settings_sends_prompts_as_they_are():
    class Bare(GPT2ContentFormatter):
        def __init__(self):
            pass

    assert Bare().format_request_payload('"', {}) == b'{"inputs":{"input_string":["\\""]},"parameters":{}}'


def deep(levels):
    value = "the end"
    for _ in range(levels):
        value = [value]
    return value


def test_a_body_that_is_nested_too_deeply_is_a_value_error():
    with pytest.raises(ValueError, match="nested too deeply"):
        encode({"messages": deep(100_000)}, {})


def test_an_answer_that_is_nested_too_deeply_is_told_so():
    with pytest.raises(ResponseFormatError, match="less deeply nested JSON"):
        decode(b"[" * 100_000 + b"]" * 100_000, "reader")
