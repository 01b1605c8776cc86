"""The endpoints as LangChain's own `BaseLLM` and `BaseChatModel`, for chains, callbacks, streaming and tools.

One import line replaces those of `langchain_community.llms.azureml_endpoint` and of its chat sibling. Needs
langchain-core, nothing else: `pip install 'azureml-emulator[langchain]'`.
"""

try:
    import langchain_core as _langchain_core  # noqa: F401  # only to say what is missing
except ModuleNotFoundError as error:
    if error.name != "langchain_core":
        raise
    raise ImportError(
        "azureml_endpoint.langchain needs langchain-core: pip install 'azureml-emulator[langchain]'"
    ) from None

from azureml_endpoint.addresses import AzureMLEndpointApiType
from azureml_endpoint.client import AzureMLEndpointClient
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
from azureml_endpoint.langchain.chat import AzureMLChatOnlineEndpoint
from azureml_endpoint.langchain.completion import AzureMLOnlineEndpoint
from azureml_endpoint.langchain.loading import load_llm, load_llm_from_config
from azureml_endpoint.settings import AzureMLBaseEndpoint
from azureml_endpoint.timeouts import Timeout

__all__ = [
    "AzureMLBaseEndpoint",
    "AzureMLChatOnlineEndpoint",
    "AzureMLEndpointApiType",
    "AzureMLEndpointClient",
    "AzureMLOnlineEndpoint",
    "ChatContentFormatterBase",
    "ContentFormatterBase",
    "CustomOpenAIChatContentFormatter",
    "CustomOpenAIContentFormatter",
    "DollyContentFormatter",
    "GPT2ContentFormatter",
    "HFContentFormatter",
    "LlamaChatContentFormatter",
    "LlamaContentFormatter",
    "MistralChatContentFormatter",
    "OSSContentFormatter",
    "Timeout",
    "load_llm",
    "load_llm_from_config",
]
