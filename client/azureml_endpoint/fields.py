"""The arguments of an endpoint: what they take and what they become, and what was meant by one of another name."""

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from azureml_endpoint.addresses import AzureMLEndpointApiType

if TYPE_CHECKING:
    # A setter takes Any, since pydantic's mypy plugin lets subclasses read what the setter takes.

    class Key:
        """A field that takes a key as text or secret, and is a SecretStr."""

        def __get__(self, instance: Any, owner: Any = None) -> SecretStr: ...
        def __set__(self, instance: Any, value: Any) -> None: ...

    class ApiType:
        """A field that takes a member or its name, and is the member."""

        def __get__(self, instance: Any, owner: Any = None) -> AzureMLEndpointApiType: ...
        def __set__(self, instance: Any, value: Any) -> None: ...
else:
    Key = SecretStr
    ApiType = AzureMLEndpointApiType

NO_KEY: Any = SecretStr("")
DEDICATED: Any = AzureMLEndpointApiType.dedicated

_LANGCHAIN_ONLY = frozenset({"cache", "callbacks", "custom_get_token_ids", "metadata", "name", "tags", "verbose"})

_PARAMETERS = frozenset(
    {
        "best_of", "do_sample", "frequency_penalty", "logit_bias", "logprobs", "max_length", "max_new_tokens",
        "max_tokens", "min_tokens", "model", "model_name", "n", "presence_penalty", "repetition_penalty",
        "response_format", "return_full_text", "seed", "stop", "stream", "streaming", "temperature", "tool_choice",
        "tools", "top_k", "top_p",
    }
)  # fmt: skip
"""Names that the parameters of models have; `model` is one too, an endpoint serves what is deployed."""

_MEANT = {
    "api_base": "endpoint_url",
    "api_key": "endpoint_api_key",
    "azure_endpoint": "endpoint_url",
    "base_url": "endpoint_url",
    "client": "http_client",
    "credential": "endpoint_api_key",
    "endpoint": "endpoint_url",
    "key": "endpoint_api_key",
    "kwargs": "model_kwargs",
    "request_timeout": "timeout",
    "retries": "max_retries",
    "scoring_uri": "endpoint_url",
    "token": "endpoint_api_key",
    "uri": "endpoint_url",
    "url": "endpoint_url",
}
"""What is meant by names that other clients have."""


def unknown_argument(name: str, known: Iterable[str], cls: type) -> str:
    """Return the message for an argument that `cls` does not know, with what was probably meant."""
    if name in _LANGCHAIN_ONLY:
        return f"{name!r} is for LangChain's machinery: import {cls.__name__} from azureml_endpoint.langchain"
    parameters = "Parameters of the model go into model_kwargs or into the call."
    if name in _PARAMETERS:
        return f"unknown argument {name!r}: model_kwargs={{{name!r}: ...}} is its place. {parameters}"
    near = [_MEANT[name]] if name in _MEANT else difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}."
    return f"unknown argument {name!r}: {hint} {parameters}"
