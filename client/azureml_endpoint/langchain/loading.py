"""Reading saved endpoints as LangChain's classes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from azureml_endpoint import loading
from azureml_endpoint.langchain.adapter import Adapter
from azureml_endpoint.langchain.chat import AzureMLChatOnlineEndpoint
from azureml_endpoint.langchain.completion import AzureMLOnlineEndpoint


def load_llm(file: Path | str, *, endpoint_api_key: Any = None, allowed_formatters: loading.Allowed = ()) -> Any:
    """Return the endpoint that `save`, ours or LangChain's, wrote; see `azureml_endpoint.load_llm`."""
    return _adapted(loading.load_llm(file, endpoint_api_key=endpoint_api_key, allowed_formatters=allowed_formatters))


def load_llm_from_config(config: Mapping[str, Any], *, allowed_formatters: loading.Allowed = ()) -> Any:
    """Return the endpoint that a file's content describes; `config` is left as it is."""
    return _adapted(loading.load_llm_from_config(config, allowed_formatters=allowed_formatters))


def _adapted(endpoint: Any) -> Adapter:
    classes: tuple[type[Adapter], ...] = (AzureMLOnlineEndpoint, AzureMLChatOnlineEndpoint)
    return next(each for each in classes if each.endpoint_class is type(endpoint)).around(endpoint)
