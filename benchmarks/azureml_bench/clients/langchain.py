"""langchain-community's AzureMLOnlineEndpoint, and AzureMLChatOnlineEndpoint for chats."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from azureml_bench.endpoint_class import CHAT, FORMATTERS, called
from azureml_bench.wire import Wire

NEEDS = "langchain-community"
SPEAKS = frozenset(FORMATTERS)


def factory(url: str, key: str, wire: Wire) -> Callable[[str], Any]:
    """Make it."""
    kind, name = (
        ("chat_models", "AzureMLChatOnlineEndpoint") if wire.schema in CHAT else ("llms", "AzureMLOnlineEndpoint")
    )
    module = import_module(f"langchain_community.{kind}.azureml_endpoint")
    return called(getattr(module, name), None, url, key, wire)  # type: ignore[no-any-return]
