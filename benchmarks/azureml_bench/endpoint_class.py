"""Classes with the fields of LangChain's Azure ML endpoints, as clients: a prompt in, a text out."""

import sys
from collections.abc import Callable
from contextlib import suppress
from inspect import signature
from typing import Any

from azureml_bench.wire import Wire

FORMATTERS = {
    "chat": "CustomOpenAIChatContentFormatter",
    "completions": "CustomOpenAIContentFormatter",
    "dolly": "DollyContentFormatter",
    "gpt2": "GPT2ContentFormatter",
    "huggingface": "HFContentFormatter",
    "llama": "CustomOpenAIContentFormatter",
    "llama-chat": "CustomOpenAIChatContentFormatter",
}
"""The formatter of LangChain's names that speaks a wire schema; it stands in the module of the class."""

CHAT = frozenset({"chat", "llama-chat"})
"""The wire schemas whose class is the chat model."""

_FIELDS = frozenset({"endpoint_url", "endpoint_api_key"})


def is_endpoint_class(made: Any) -> bool:
    """Tell whether something is such a class."""
    if not isinstance(made, type):
        return False
    known = set(getattr(made, "model_fields", ())) | {name for one in made.__mro__ for name in vars(one)}
    with suppress(TypeError, ValueError):
        known |= signature(made).parameters.keys()
    return known >= _FIELDS


def called(
    made: Callable[..., Any],
    formatter: Callable[[], Any] | None,
    url: str,
    key: str,
    wire: Wire,
    awaited: bool = False,
) -> Any:
    """Make a client of it, one that is awaited if wanted.

    Raises `LookupError` where no formatter is given and none is known.
    """
    settings = {
        "endpoint_url": url,
        "endpoint_api_key": key,
        "endpoint_api_type": wire.api_type,
        "content_formatter": (formatter or _formatter(made, wire))(),
    }
    model = made(**settings)
    if awaited:
        return model.astream if wire.stream else model.ainvoke
    return model.stream if wire.stream else model.invoke


def _formatter(made: Any, wire: Wire) -> Any:
    name = FORMATTERS.get(wire.schema, "")
    module = sys.modules[made.__module__]
    for home in (module, sys.modules[module.__name__.partition(".")[0]]):
        if name and hasattr(home, name):
            return getattr(home, name)
    raise LookupError(f"no content formatter is known for the schema {wire.schema!r}: say --formatter MODULE:NAME")
