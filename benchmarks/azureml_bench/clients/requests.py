"""requests, without a session: a connection for each call."""

from collections.abc import Callable
from typing import Any

from azureml_bench.wire import Wire

NEEDS = "requests"
SPEAKS: frozenset[str] = frozenset()


def factory(url: str, key: str, wire: Wire) -> Callable[[str], Any]:
    """Make it."""
    import requests

    from azureml_bench.clients.requests_session import calling

    return calling(requests.post, url, key, wire)
