"""The package: what it exports, and how little it loads."""

import subprocess
import sys

import pytest

import azureml_endpoint

PUBLIC = [
    "AIMessage",
    "AIMessageChunk",
    "AccessDeniedError",
    "AuthenticationError",
    "AzureMLBaseEndpoint",
    "AzureMLChatOnlineEndpoint",
    "AzureMLEndpointApiType",
    "AzureMLEndpointClient",
    "AzureMLOnlineEndpoint",
    "BadGatewayError",
    "BadRequestError",
    "BodyTooLargeError",
    "CertificateError",
    "ChatContentFormatterBase",
    "ChatGeneration",
    "ChatGenerationChunk",
    "ChatMessage",
    "ContentFormatterBase",
    "CustomOpenAIChatContentFormatter",
    "CustomOpenAIContentFormatter",
    "DollyContentFormatter",
    "EndpointError",
    "EndpointTimeoutError",
    "GPT2ContentFormatter",
    "GatewayTimeoutError",
    "Generation",
    "GenerationChunk",
    "HFContentFormatter",
    "HumanMessage",
    "InternalServerError",
    "LLMResult",
    "LlamaChatContentFormatter",
    "LlamaContentFormatter",
    "MistralChatContentFormatter",
    "ModelError",
    "NotFoundError",
    "OSSContentFormatter",
    "RedirectError",
    "ResponseFormatError",
    "ScoringTimeoutError",
    "ServerError",
    "ServiceUnavailableError",
    "StatusError",
    "StreamCutError",
    "StreamError",
    "StreamEventError",
    "SystemMessage",
    "Timeout",
    "TooManyRequestsError",
    "ToolMessage",
    "UnprocessableError",
    "UnreachableError",
    "load_llm",
    "load_llm_from_config",
]


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_the_public_names_are_pinned() -> None:
    assert azureml_endpoint.__all__ == PUBLIC
    for name in PUBLIC:
        assert getattr(azureml_endpoint, name).__name__ == name
        assert name in dir(azureml_endpoint)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = azureml_endpoint.nope  # type: ignore[attr-defined]


def test_importing_loads_next_to_nothing() -> None:
    code = "import sys, azureml_endpoint as a; print(*sys.modules)"
    loaded = {each.split(".")[0] for each in run(code).split()}
    assert not loaded & {"aiohttp", "faker", "pydantic", "requests", "urllib3", "yaml", "langchain_core", "langchain"}


def test_the_classes_load_no_way_to_call() -> None:
    code = "import sys; from azureml_endpoint import *; print(*sys.modules)"
    loaded = {each.split(".")[0] for each in run(code).split()}
    assert not loaded & {"aiohttp", "faker", "requests", "urllib3", "yaml", "langchain_core", "langchain"}


@pytest.mark.parametrize(
    "module",
    [
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("errors", "messages", "streams", "transport")),
        "formatters",
        pytest.param("loading", marks=pytest.mark.slow),
        "transport_async",
    ],
)
def test_every_module_can_be_imported_first(module: str) -> None:
    assert run(f"import azureml_endpoint.{module}; print('ok')") == "ok\n"
