"""Every recorded vector of langchain-community 0.4.2: same bytes where asked for, its faults gone where not."""

import base64
import datetime as dt
import decimal
import gzip
import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from azureml_endpoint import (
    AzureMLChatOnlineEndpoint,
    AzureMLEndpointApiType,
    AzureMLOnlineEndpoint,
    ContentFormatterBase,
    ResponseFormatError,
    formatters,
)
from azureml_endpoint.formatters.binding import Binding
from azureml_endpoint.messages import wire_message

PYTHON_KWARGS: dict[str, dict[str, Any]] = {
    "nan": {"temperature": float("nan"), "top_p": float("inf")},
    "set": {"s": {1}},
    "bytes": {"b": b"x"},
    "datetime": {"d": dt.date(2024, 1, 2)},
    "decimal": {"d": decimal.Decimal("1.5")},
}


class SeedCustomFormatter(ContentFormatterBase):
    """The shape of the documentation's own formatter: two arguments, JSON by hand."""

    content_type = "application/json"
    accepts = "application/json"

    def format_request_payload(self, prompt: str, model_kwargs: dict) -> bytes:
        options = {"use_cache": False, "wait_for_model": True}
        return json.dumps({"inputs": [prompt], "parameters": model_kwargs, "options": options}).encode("utf-8")

    def format_response_payload(self, output: bytes) -> str:
        return json.loads(output)[0]["summary_text"]


class SeedCustomFormatterFixed3Arg(SeedCustomFormatter):
    """The same with the third argument that LangChain insists on."""

    def format_request_payload(self, prompt: str, model_kwargs: dict, api_type: Any) -> bytes:
        return super().format_request_payload(prompt, model_kwargs)

    def format_response_payload(self, output: bytes, api_type: Any) -> str:
        return super().format_response_payload(output)


SEEDS = {each.__name__: each for each in (SeedCustomFormatter, SeedCustomFormatterFixed3Arg)}


def vectors(name: str) -> list[dict[str, Any]]:
    with gzip.open(Path(__file__).parent / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def formatter(name: str, *, compatible: bool) -> Any:
    return SEEDS[name]() if name in SEEDS else getattr(formatters, name)(langchain_compatible=compatible)


def kwargs_of(row: dict[str, Any]) -> Any:
    return row["model_kwargs"] if "model_kwargs" in row else PYTHON_KWARGS[row["kwargs_id"]]


def prompt_of(row: dict[str, Any]) -> str:
    match row["prompt"]:
        case {"__repeat__": [str(text), int(times)]}:
            return text * times
        case str(text):
            return text
    raise AssertionError(row["prompt"])


def completion_body(row: dict[str, Any], *, compatible: bool) -> bytes:
    binding = Binding(formatter(row["formatter"], compatible=compatible), "format_request_payload")
    kwargs = kwargs_of(row)
    given = dict(kwargs) if kwargs else {}
    body = binding.request(prompt_of(row), given, AzureMLEndpointApiType(row["api_type"]))
    assert given == (kwargs or {})
    return body


def sent_prompt(body: Any) -> str:
    match body:
        case (
            {"inputs": {"input_string": [prompt]}} | {"input_data": {"input_string": [prompt]}} | {"inputs": [prompt]}
        ):
            return prompt
        case {"prompt": prompt}:
            return prompt
    raise AssertionError(body)


def sent_parameters(body: Any) -> Any:
    match body:
        case {"input_data": {"parameters": parameters}} | {"parameters": parameters}:
            return parameters
    return {name: value for name, value in body.items() if name != "prompt"}


COMPLETIONS = vectors("completion_requests")


def test_no_vector_is_lost() -> None:
    counts = {name: len(vectors(name)) for name in ("chat_requests", "responses", "url_validation")}
    assert counts == {"chat_requests": 948, "responses": 1584, "url_validation": 336}
    assert len(COMPLETIONS) == 2106


def test_compatible_completion_bodies_are_the_recorded_ones() -> None:
    seen = Counter[str]()
    for row in COMPLETIONS:
        if row.get("error") == "NotImplementedError":
            with pytest.raises(NotImplementedError):
                completion_body(row, compatible=True)
        elif "error" in row:
            with pytest.raises(TypeError):
                completion_body(row, compatible=True)
        elif "body" in row:
            assert completion_body(row, compatible=True).decode() == row["body"]
        else:
            unit, times = row["prompt"]["__repeat__"]
            short = sent_prompt(json.loads(completion_body({**row, "prompt": unit}, compatible=True)))
            quote = '"' if short.startswith('"') else ""
            repeated = short.removeprefix(quote).removesuffix(quote) * times
            sent = sent_prompt(json.loads(completion_body(row, compatible=True)))
            assert sent == f"{quote}{repeated}{quote}", "the 64 KiB prompt was recorded without its body"
        seen[row.get("error", "body" if "body" in row else "long")] += 1
    assert seen == {"body": 1704, "NotImplementedError": 234, "TypeError": 96, "long": 72}


def test_clean_completion_bodies_decode_to_what_was_passed() -> None:
    for row in COMPLETIONS:
        if row["formatter"] in (*SEEDS, "ContentFormatterBase"):
            continue  # not ours to clean: bytes and failures are checked above
        open_body = "OpenAI" in row["formatter"] or row["formatter"] == "LlamaContentFormatter"
        overwrites = open_body and row["api_type"] == "serverless" and row["kwargs_id"] == "prompt_override"
        if row["kwargs_id"] in PYTHON_KWARGS or overwrites:
            name = "prompt" if overwrites else next(iter(kwargs_of(row)))
            with pytest.raises((ValueError, TypeError), match=rf"parameter '?{name}"):
                completion_body(row, compatible=False)
            continue
        body = json.loads(completion_body(row, compatible=False))
        assert sent_prompt(body) == prompt_of(row)
        assert json.dumps(sent_parameters(body)) == json.dumps(row["model_kwargs"] or {})


CHAT_DIFFERENCES = {
    "LlamaContentFormatter": "LangChain's chat module refuses it; ours is the one for prompts, and no chat formatter",
    "Mistral on dedicated": "LangChain refuses the default api type; ours sends the other models' body",
    "Mistral with a lone system message": "LangChain raises IndexError; ours sends it",
}


def chat_body(row: dict[str, Any], *, compatible: bool) -> bytes:
    messages = [SimpleNamespace(**message) for message in row["messages"]]
    binding = Binding(formatter(row["formatter"], compatible=compatible), "format_messages_request_payload")
    return binding.request(messages, dict(kwargs_of(row) or {}), AzureMLEndpointApiType(row["api_type"]))


def test_compatible_chat_bodies_are_the_recorded_ones() -> None:
    seen = Counter[str]()
    for row in vectors("chat_requests"):
        mistral = row["formatter"] == "MistralChatContentFormatter"
        if row["formatter"] == "LlamaContentFormatter":
            with pytest.raises(ValueError, match="CustomOpenAIChatContentFormatter"):
                AzureMLChatOnlineEndpoint(
                    endpoint_url="http://h/score",
                    endpoint_api_key="k",
                    content_formatter=formatters.LlamaContentFormatter(),
                )
            seen["LlamaContentFormatter"] += 1
        elif "body" in row:
            assert chat_body(row, compatible=True).decode() == row["body"]
            seen["body"] += 1
        elif row["error"] == "IndexError":
            assert len(row["messages"]) == 1
            assert chat_body(row, compatible=True)
            seen["Mistral with a lone system message"] += 1
        elif mistral and row["api_type"] == "dedicated" and row["error"] == "ValueError":
            same = {**row, "formatter": "CustomOpenAIChatContentFormatter"}
            if not any("system" in (each["type"], each.get("role")) for each in row["messages"]):
                assert _outcome(row) == _outcome(same)
            seen["Mistral on dedicated"] += 1
        else:
            assert row["error"] in ("ValueError", "TypeError")
            with pytest.raises(
                (ValueError, TypeError), match=r"role '(tool|function|developer)'|not JSON serializable"
            ):
                chat_body(row, compatible=True)
            seen["error"] += 1
    assert seen.keys() == {"body", "error", *CHAT_DIFFERENCES}
    assert seen["body"] == 548


def _outcome(row: dict[str, Any]) -> Any:
    try:
        return chat_body(row, compatible=True)
    except (ValueError, TypeError) as error:
        return type(error)


def test_clean_chat_bodies_decode_to_what_was_passed() -> None:
    for row in vectors("chat_requests"):
        if row["formatter"] == "LlamaContentFormatter":
            continue  # no chat formatter, see above
        kinds = {message.get("role", message["type"]) for message in row["messages"]}
        overwrites = row["api_type"] == "serverless" and row["kwargs_id"] == "prompt_override"
        if kinds & {"function", "developer"} or row["kwargs_id"] in PYTHON_KWARGS or overwrites:
            with pytest.raises((ValueError, TypeError), match=r"parameter|role '(function|developer)'"):
                chat_body(row, compatible=False)
            continue
        body = json.loads(chat_body(row, compatible=False))
        serverless = row["api_type"] == "serverless"
        sent = body["messages"] if serverless else body["input_data"]["input_string"]
        parameters = body["input_data"]["parameters"] if not serverless else body
        assert {name: parameters[name] for name in row["model_kwargs"] or {}} == (row["model_kwargs"] or {})
        if row["formatter"] == "MistralChatContentFormatter":
            assert "".join(each["content"] for each in sent).replace("\n\n", "") == (
                "".join(each["content"] for each in row["messages"]).replace("\n\n", "")
            )
        else:
            assert sent == [wire_message(SimpleNamespace(**message)) for message in row["messages"]]
            assert [each["content"] for each in sent] == [each["content"] for each in row["messages"]]


READ_DIFFERENTLY = {
    ("CustomOpenAIChatContentFormatter", "chatc_role_null"): "the role of an answer is known",
    ("LlamaChatContentFormatter", "chatc_role_null"): "the role of an answer is known",
    ("MistralChatContentFormatter", "chatc_role_null"): "the role of an answer is known",
    ("DollyContentFormatter", "string"): "LangChain returns the first character of a JSON string",
    ("DollyContentFormatter", "double_encoded"): "LangChain returns the first character of a JSON string",
    ("GPT2ContentFormatter", "double_encoded"): "JSON in a JSON string is decoded",
    ("OSSContentFormatter", "double_encoded"): "JSON in a JSON string is decoded",
    ("CustomOpenAIContentFormatter", "double_encoded"): "JSON in a JSON string is decoded",
    ("LlamaContentFormatter", "double_encoded"): "JSON in a JSON string is decoded",
    ("HFContentFormatter", "hf_list_of_gen"): "Hugging Face's own shape is read",
    ("HFContentFormatter", "tgi_list"): "Hugging Face's own shape is read",
    ("CustomOpenAIChatContentFormatter", "chatc_content_null"): "an answer of tool calls has no text",
    ("LlamaChatContentFormatter", "chatc_content_null"): "an answer of tool calls has no text",
    ("MistralChatContentFormatter", "chatc_content_null"): "an answer of tool calls has no text",
}

UNSTRIPPED = {
    "cmpl_ok": "  hi\n",
    "chat_ok": " hi ",
}


def read(row: dict[str, Any], *, compatible: bool) -> str | None:
    method = "format_messages_request_payload" if row["kind"] == "chat_response" else "format_request_payload"
    binding = Binding(formatter(row["formatter"], compatible=compatible), method)
    try:
        answer = binding.response(base64.b64decode(row["response_b64"]), AzureMLEndpointApiType(row["api_type"]))
    except ResponseFormatError:
        return None
    return answer.text if hasattr(answer, "text") else answer


@pytest.mark.parametrize("compatible", [True, False])
def test_responses_are_read_as_recorded(compatible: bool) -> None:
    differences = set()
    for row in vectors("responses"):
        expected = row.get("text")
        if expected is not None and not compatible:
            expected = UNSTRIPPED.get(row["response_id"], expected)
        if read(row, compatible=compatible) != expected:
            differences.add((row["formatter"], row["response_id"]))
    assert differences == READ_DIFFERENTLY.keys()


def test_generation_info_of_compatible_formatters_is_the_recorded_one() -> None:
    rows = [row for row in vectors("responses") if row.get("generation_info") and row["kind"] == "llm_response"]
    assert rows
    for row in rows:
        own = formatter(row["formatter"], compatible=True)
        answer = own.format_response_payload(base64.b64decode(row["response_b64"]), row["api_type"])
        assert answer.generation_info == row["generation_info"]


REFUSED_URLS = {
    "/score": "no host",
    "//host/score": "no scheme",
    "ftp://host/score": "neither http nor https",
    "https://user:pw@host/score": "a password in a URL ends up in logs; LangChain fails to connect with it",
}


def test_urls_that_langchain_accepts_are_accepted() -> None:
    refused, wider = set(), set()
    for row in vectors("url_validation"):
        endpoint = AzureMLOnlineEndpoint if row["class"] == "llm" else AzureMLChatOnlineEndpoint
        try:
            made = endpoint(endpoint_url=row["url"], endpoint_api_type=row["api_type"], endpoint_api_key="k")
        except ValueError:
            if row["ok"]:
                refused.add(row["url"])
            continue
        if not row["ok"]:
            wider.add(made.endpoint_url.partition("inference.ml.azure.com")[2])
    assert refused == REFUSED_URLS.keys()
    assert wider == {
        "/score",
        "/score?x=1",
        "/v1/score",
        "/api/v1/endpoint/e/score",
        "/api/v1/service/s/score",
        "/v1/completions",
        "/chat/completions",
        "/v1/chat/completions",
        "/v1/models/chat/completions",
        "/openai/deployments/x/chat/completions",
    }
