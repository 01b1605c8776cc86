"""The built-in formatters: prompts arrive as passed, answers are read exactly or refused."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azureml_endpoint import AzureMLEndpointApiType as ApiType
from azureml_endpoint import ContentFormatterBase, ResponseFormatError, formatters
from azureml_endpoint.formatters.escapes import escape

COMPLETIONS = ["GPT2", "OSS", "HF", "Dolly", "CustomOpenAI", "Llama"]
CASES = [(name, ApiType.dedicated) for name in COMPLETIONS] + [
    (name, ApiType.serverless) for name in ("CustomOpenAI", "Llama")
]
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
names = st.text(min_size=1).filter(lambda name: name != "prompt")


def make(name: str, **settings: Any) -> Any:
    return getattr(formatters, f"{name}ContentFormatter")(**settings)


def prompt_and_parameters(body: Any) -> tuple[Any, Any]:
    match body:
        case {"inputs": {"input_string": [prompt]}, "parameters": parameters}:
            return prompt, parameters
        case {"inputs": [prompt], "parameters": parameters}:
            return prompt, parameters
        case {"input_data": {"input_string": [prompt], "parameters": parameters}}:
            return prompt, parameters
        case {"input_data": {"input_string": [prompt]}, "parameters": parameters}:
            return prompt, parameters
        case {"prompt": prompt, **parameters}:
            return prompt, parameters
    raise AssertionError(body)


def answer_of(name: str, api_type: ApiType, text: Any) -> Any:
    if api_type is ApiType.serverless:
        return {"choices": [{"text": text, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1}}
    return {"HF": [{"0": {"generated_text": text}}], "Dolly": [text]}.get(name, [{"0": text}])


@given(prompt=st.text(alphabet=st.characters()), parameters=st.dictionaries(names, values))
def test_any_prompt_and_parameters_arrive_as_passed(prompt: str, parameters: dict[str, Any]) -> None:
    before = json.dumps(parameters, sort_keys=True)
    for name, api_type in CASES:
        body = make(name).format_request_payload(prompt, parameters, api_type)
        sent, sent_parameters = prompt_and_parameters(json.loads(body))
        assert sent == prompt
        assert json.dumps(sent_parameters, sort_keys=True) == before
        assert body.isascii()
    assert json.dumps(parameters, sort_keys=True) == before


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])), ascii_only=st.booleans())
def test_any_text_of_an_answer_is_returned_exactly(text: str, ascii_only: bool) -> None:
    for name, api_type in CASES:
        output = json.dumps(answer_of(name, api_type, text), indent=2, ensure_ascii=ascii_only).encode()
        assert make(name).format_response_payload(output, api_type).text == text
        assert make(name).format_response_payload(bytearray(output), api_type).text == text


keys = st.sampled_from(["0", "text", "choices", "generated_text", "output"])
answers = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner))


@given(body=answers)
def test_any_json_is_a_text_or_a_format_error(body: Any) -> None:
    for name, api_type in CASES:
        try:
            text = make(name).format_response_payload(json.dumps(body).encode(), api_type).text
        except ResponseFormatError:
            continue
        assert isinstance(text, str)


BROKEN = [
    b"",
    b"<html>502</html>",
    b"\xff\xfe",
    b"[",
    b'[{"0": "x"}',
    b"{}",
    b"null",
    b"[" * 10_000,
    b'"text"',
    b'"0"',
    b'{"error": {"message": "out of memory"}}',
    b'{"detail": "x"}',
    b'[{"0": null}]',
    b'{"choices": []}',
]


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize(("name", "api_type"), CASES)
def test_broken_answers_are_one_typed_error_that_shows_them(name: str, api_type: ApiType, body: bytes) -> None:
    with pytest.raises(ResponseFormatError) as caught:
        make(name).format_response_payload(body, api_type)
    assert isinstance(caught.value, ValueError)
    assert body[:20].decode("utf-8", "replace") in str(caught.value)
    assert len(str(caught.value)) < 1200


def test_json_in_a_json_string_is_decoded() -> None:
    assert make("GPT2").format_response_payload(json.dumps('[{"0": "x"}]').encode()).text == "x"


def test_several_rows_and_choices_give_the_first() -> None:
    assert make("GPT2").format_response_payload(b'[{"0": "a", "1": "b"}, {"0": "c"}]').text == "a"
    two = b'{"choices": [{"text": "a"}, {"text": "b"}]}'
    assert make("CustomOpenAI").format_response_payload(two, ApiType.serverless).text == "a"


def test_huggingfaces_own_shape_is_read_too() -> None:
    assert make("HF").format_response_payload(b'[{"generated_text": "x"}]').text == "x"


def test_serverless_answers_bring_usage_and_finish_reason() -> None:
    output = json.dumps(answer_of("CustomOpenAI", ApiType.serverless, "x")).encode()
    info = make("CustomOpenAI").format_response_payload(output, ApiType.serverless).generation_info
    assert info == {"finish_reason": "stop", "logprobs": None, "usage": {"prompt_tokens": 1}}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1, {"a": float("-inf")}]])
def test_numbers_that_json_cannot_carry_name_the_parameter(value: Any) -> None:
    with pytest.raises(ValueError, match="parameter temperature"):
        make("GPT2").format_request_payload("x", {"temperature": value})


@pytest.mark.parametrize("value", [{1, 2}, b"x", object(), 1j, [{"a": {1: 2}}]])
def test_values_that_json_cannot_carry_name_the_parameter(value: Any) -> None:
    with pytest.raises(TypeError, match="parameter stop"):
        make("GPT2").format_request_payload("x", {"stop": value})


def test_parameters_that_hold_themselves_are_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="nested too deeply"):
        make("GPT2").format_request_payload("x", {"a": endless})


@pytest.mark.parametrize("prompt", [None, 1, b"x", ["x"]])
@pytest.mark.parametrize("name", COMPLETIONS)
def test_a_prompt_that_is_no_text_is_refused(name: str, prompt: Any) -> None:
    with pytest.raises(TypeError, match="prompt must be a str"):
        make(name).format_request_payload(prompt, {})


def test_a_parameter_may_not_overwrite_the_input() -> None:
    with pytest.raises(ValueError, match="'prompt'"):
        make("CustomOpenAI").format_request_payload("x", {"prompt": "y"}, ApiType.serverless)
    with pytest.raises(ValueError, match="'messages'"):
        make("CustomOpenAIChat").format_messages_request_payload(["x"], {"messages": []}, ApiType.serverless)
    nested = json.loads(make("CustomOpenAI").format_request_payload("x", {"prompt": "y"}, ApiType.dedicated))
    assert nested["input_data"] == {"input_string": ["x"], "parameters": {"prompt": "y"}}


def test_realtime_is_dedicated() -> None:
    for name in COMPLETIONS:
        assert make(name).format_request_payload("x", {}, ApiType.realtime) == make(name).format_request_payload(
            "x", {}
        )


def test_one_instance_serves_many_threads() -> None:
    shared = make("CustomOpenAI")

    def round_trip(number: int) -> bool:
        sent, parameters = prompt_and_parameters(
            json.loads(shared.format_request_payload(f"p{number}", {"n": number}))
        )
        return (sent, parameters) == (f"p{number}", {"n": number})

    with ThreadPoolExecutor(8) as executor:
        assert all(executor.map(round_trip, range(300)))


def test_large_prompts_arrive_whole() -> None:
    prompt = '"\\é\n' * 250_000
    body = make("GPT2").format_request_payload(prompt, {})
    assert prompt_and_parameters(json.loads(body))[0] == prompt
    assert make("GPT2").format_response_payload(json.dumps([{"0": prompt}]).encode()).text == prompt


def test_compatible_bytes_carry_langchains_escapes() -> None:
    compatible = make("GPT2", langchain_compatible=True)
    assert compatible.format_request_payload('a "b"\n', {}) == (
        b'{"inputs": {"input_string": ["\\"a \\\\\\"b\\\\\\"\\\\n\\""]}, "parameters": {}}'
    )
    serverless = make("CustomOpenAI", langchain_compatible=True)
    output = json.dumps(answer_of("CustomOpenAI", ApiType.serverless, " x\n")).encode()
    assert serverless.format_response_payload(output, ApiType.serverless).text == "x"


@given(text=st.text())
def test_escaping_is_undone_by_json(text: str) -> None:
    others = [chr(code) for code in range(0x20) if chr(code) not in "\b\f\n\r\t"]
    if not any(each in text for each in others):
        assert json.loads(f'"{escape(text)}"') == text
    assert ContentFormatterBase.escape_special_characters(text) == escape(text)
    assert make("GPT2").escape_special_characters(text) == escape(text)


def test_formatters_are_equal_by_class_and_settings() -> None:
    assert make("GPT2") == make("GPT2")
    assert hash(make("GPT2")) == hash(make("GPT2"))
    assert make("GPT2") != make("GPT2", langchain_compatible=True)
    assert make("GPT2") != make("OSS")
    assert repr(make("GPT2", langchain_compatible=True)) == "GPT2ContentFormatter(langchain_compatible=True)"


def test_a_formatter_of_ones_own_is_two_short_methods() -> None:
    class Upper(ContentFormatterBase):
        def request_body(self, prompt: str, parameters: dict[str, Any], api_type: ApiType) -> Any:
            return {"q": prompt, **parameters}

        def response_text(self, answer: Any, api_type: ApiType) -> str | None:
            return answer.get("a") if isinstance(answer, dict) else None

    assert Upper().format_request_payload("é", {"n": 1}) == b'{"q":"\\u00e9","n":1}'
    assert Upper().format_response_payload(b'{"a": "x"}').text == "x"
    with pytest.raises(ResponseFormatError, match="Upper expected"):
        Upper().format_response_payload(b"[]")


def test_the_base_formats_nothing_by_itself() -> None:
    with pytest.raises(NotImplementedError):
        ContentFormatterBase().format_request_payload("x", {})
    with pytest.raises(NotImplementedError):
        ContentFormatterBase().format_response_payload(b"[]")


@pytest.mark.parametrize("name", [*COMPLETIONS, "CustomOpenAIChat", "LlamaChat", "MistralChat"])
def test_declared_api_types_work_and_dedicated_is_among_them(name: str) -> None:
    made = make(name)
    assert ApiType.dedicated in made.supported_api_types
    for api_type in made.supported_api_types:
        assert json.loads(made.format_request_payload("x", {}, api_type))
