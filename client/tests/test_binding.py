"""What comes of whatever a formatter returns, and of what cannot be written or read."""

from types import SimpleNamespace

import pytest

from azureml_endpoint import AzureMLEndpointApiType, CustomOpenAIChatContentFormatter, GPT2ContentFormatter
from azureml_endpoint.errors import ResponseFormatError
from azureml_endpoint.formatters.binding import Binding, as_chat_generation, as_generation
from azureml_endpoint.generations import Generation
from azureml_endpoint.payloads import decode, encode

SERVERLESS = AzureMLEndpointApiType.serverless


class Odd:
    """A formatter of somebody's own, which makes no bytes and reads nothing."""

    content_type = "text/plain"
    accepts = None

    def format_request_payload(self, prompt, model_kwargs):
        return {"prompt": prompt}

    def format_response_payload(self, output):
        return output["0"]


def test_errors_name_the_formatters_class():
    binding = Binding(Odd(), "format_request_payload")
    with pytest.raises(TypeError) as raised:
        binding.request("hi", {}, SERVERLESS)
    assert str(raised.value) == "Odd made a dict of the request; it must be bytes"
    with pytest.raises(ResponseFormatError, match=r"^Odd expected another shape \(TypeError: "):
        binding.response(b"[]", SERVERLESS)


def test_media_types_are_those_that_the_formatter_declares():
    assert Binding(Odd(), "format_request_payload").media_types == {"Content-Type": "text/plain"}
    json_both = {"Content-Type": "application/json", "Accept": "application/json"}
    assert Binding(GPT2ContentFormatter(), "format_request_payload").media_types == json_both


@pytest.mark.parametrize(
    ("answer", "info"),
    [
        ("hi", None),
        ({"text": "hi"}, None),
        (SimpleNamespace(text="hi"), None),
        (SimpleNamespace(text="hi", generation_info={"n": 1}), {"n": 1}),
        ({"text": SimpleNamespace(text="hi")}, None),
    ],
)
def test_a_text_is_found_in_what_a_formatter_returns(answer, info):
    found = as_generation(answer, "reader")
    assert (found.text, found.generation_info) == ("hi", info)


def test_a_generation_is_given_as_it_is():
    generation = Generation("hi", {"n": 1})
    assert as_generation(generation, "reader") is generation


@pytest.mark.parametrize(("answer", "kind"), [(None, "NoneType"), ({}, "dict"), (5, "int"), ([], "list")])
def test_what_holds_no_text_is_told_so(answer, kind):
    with pytest.raises(
        ResponseFormatError, match=f"^reader returned a {kind}; it must return a str or a Generation$"
    ):
        as_generation(answer, "reader")


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
