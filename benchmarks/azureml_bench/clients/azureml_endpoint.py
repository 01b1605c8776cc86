"""azureml_endpoint, which comes with azureml-emulator."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from azureml_bench.endpoint_class import CHAT, FORMATTERS, called
from azureml_bench.wire import Wire

NEEDS = "azureml-emulator"
SPEAKS = frozenset(FORMATTERS)


def factory(url: str, key: str, wire: Wire, awaited: bool = False) -> Callable[[str], Any]:
    """Make it. It is imported by its name: the benchmark knows no client, not even this one."""
    module = import_module("azureml_endpoint")
    name = "AzureMLChatOnlineEndpoint" if wire.schema in CHAT else "AzureMLOnlineEndpoint"
    return called(getattr(module, name), None, url, key, wire, awaited)  # type: ignore[no-any-return]
