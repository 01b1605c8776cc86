"""The openai package, for serverless endpoints."""

from collections.abc import Callable, Iterator
from typing import Any

from azureml_bench.wire import Wire

NEEDS = "openai"
SPEAKS = frozenset({"chat", "completions"})

_ENDINGS = {"chat": "/chat/completions", "completions": "/completions"}


def factory(url: str, key: str, wire: Wire) -> Callable[[str], Any]:
    """Make it, with all its own defaults, retries among them."""
    from openai import OpenAI

    client = OpenAI(base_url=url.removesuffix(_ENDINGS[wire.schema]), api_key=key)
    create: Any = client.chat.completions.create if wire.schema == "chat" else client.completions.create

    def asked(prompt: str) -> dict[str, Any]:
        return {"model": "model", **wire.asked(prompt)}

    def text(choice: Any) -> str:
        return str(choice.message.content if wire.schema == "chat" else choice.text)

    def call(prompt: str) -> str:
        return text(create(**asked(prompt)).choices[0])

    def stream(prompt: str) -> Iterator[str]:
        for event in create(**asked(prompt)):
            for choice in event.choices:
                if piece := choice.delta.content if wire.schema == "chat" else choice.text:
                    yield piece

    return stream if wire.stream else call
