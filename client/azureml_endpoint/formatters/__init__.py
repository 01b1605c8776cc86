"""Content formatters: how a prompt becomes a body, and an answer's body its text."""

from azureml_endpoint.formatters.chats import (
    ChatContentFormatterBase,
    CustomOpenAIChatContentFormatter,
    LlamaChatContentFormatter,
    MistralChatContentFormatter,
)
from azureml_endpoint.formatters.completions import (
    CustomOpenAIContentFormatter,
    DollyContentFormatter,
    GPT2ContentFormatter,
    HFContentFormatter,
    LlamaContentFormatter,
    OSSContentFormatter,
)
from azureml_endpoint.formatters.contract import ContentFormatterBase

__all__ = [
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
]
