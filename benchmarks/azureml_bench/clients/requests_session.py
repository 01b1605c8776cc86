"""A requests.Session, which keeps its connections."""

from collections.abc import Callable, Iterator
from typing import Any

from azureml_bench.wire import Wire

NEEDS = "requests"
SPEAKS: frozenset[str] = frozenset()


def factory(url: str, key: str, wire: Wire) -> Callable[[str], Any]:
    """Make it."""
    import requests

    return calling(requests.Session().post, url, key, wire)


def calling(post: Callable[..., Any], url: str, key: str, wire: Wire) -> Callable[[str], Any]:
    """Make a client of what posts."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def call(prompt: str) -> str:
        response = post(url, data=wire.body(prompt), headers=headers, timeout=60)
        response.raise_for_status()
        return wire.text(response.content)

    def stream(prompt: str) -> Iterator[str]:
        with post(url, data=wire.body(prompt), headers=headers, timeout=60, stream=True) as response:
            response.raise_for_status()
            for line in response.iter_lines(chunk_size=None):
                if piece := wire.piece(line):
                    yield piece

    return stream if wire.stream else call
