"""Calling Azure Machine Learning endpoints: a drop-in for `langchain_community.llms.azureml_endpoint`.

Importing this package loads next to nothing: a name's module is loaded when the name is first used, requests with
the first call, aiohttp with the first awaited one.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azureml_endpoint.addresses import AzureMLEndpointApiType
    from azureml_endpoint.chat import AzureMLChatOnlineEndpoint
    from azureml_endpoint.client import AzureMLEndpointClient
    from azureml_endpoint.endpoint import AzureMLOnlineEndpoint
    from azureml_endpoint.errors import (
        AccessDeniedError,
        AuthenticationError,
        BadGatewayError,
        BadRequestError,
        BodyTooLargeError,
        CertificateError,
        EndpointError,
        EndpointTimeoutError,
        GatewayTimeoutError,
        InternalServerError,
        ModelError,
        NotFoundError,
        RedirectError,
        ResponseFormatError,
        ScoringTimeoutError,
        ServerError,
        ServiceUnavailableError,
        StatusError,
        StreamCutError,
        StreamError,
        StreamEventError,
        TooManyRequestsError,
        UnprocessableError,
        UnreachableError,
    )
    from azureml_endpoint.formatters import (
        ChatContentFormatterBase,
        ContentFormatterBase,
        CustomOpenAIChatContentFormatter,
        CustomOpenAIContentFormatter,
        DollyContentFormatter,
        GPT2ContentFormatter,
        HFContentFormatter,
        LlamaChatContentFormatter,
        LlamaContentFormatter,
        MistralChatContentFormatter,
        OSSContentFormatter,
    )
    from azureml_endpoint.generations import (
        ChatGeneration,
        ChatGenerationChunk,
        Generation,
        GenerationChunk,
        LLMResult,
    )
    from azureml_endpoint.loading import load_llm, load_llm_from_config
    from azureml_endpoint.messages import (
        AIMessage,
        AIMessageChunk,
        ChatMessage,
        HumanMessage,
        SystemMessage,
        ToolMessage,
    )
    from azureml_endpoint.settings import AzureMLBaseEndpoint
    from azureml_endpoint.timeouts import Timeout

__all__ = [
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

_HOMES = {
    "AIMessage": "messages",
    "AIMessageChunk": "messages",
    "AzureMLBaseEndpoint": "settings",
    "AzureMLChatOnlineEndpoint": "chat",
    "AzureMLEndpointApiType": "addresses",
    "AzureMLEndpointClient": "client",
    "AzureMLOnlineEndpoint": "endpoint",
    "ChatGeneration": "generations",
    "ChatGenerationChunk": "generations",
    "ChatMessage": "messages",
    "Generation": "generations",
    "GenerationChunk": "generations",
    "HumanMessage": "messages",
    "LLMResult": "generations",
    "SystemMessage": "messages",
    "Timeout": "timeouts",
    "ToolMessage": "messages",
    "load_llm": "loading",
    "load_llm_from_config": "loading",
}
"""The module of each name; errors are in `errors`, formatters in `formatters`."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name) or ("errors" if name.endswith("Error") else "formatters")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
