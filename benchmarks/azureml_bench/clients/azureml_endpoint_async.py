"""azureml_endpoint, awaited: tasks of one thread instead of threads."""

from collections.abc import Callable
from typing import Any

from azureml_bench.clients import azureml_endpoint
from azureml_bench.wire import Wire

NEEDS = azureml_endpoint.NEEDS
SPEAKS = azureml_endpoint.SPEAKS


async def factory(url: str, key: str, wire: Wire) -> Callable[[str], Any]:
    """Make it."""
    return azureml_endpoint.factory(url, key, wire, awaited=True)
