"""An aiohttp.ClientSession, awaited: tasks of one thread instead of threads."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from azureml_bench.wire import Wire

NEEDS = "aiohttp"
SPEAKS: frozenset[str] = frozenset()


async def factory(url: str, key: str, wire: Wire) -> Callable[[str], Any]:
    """Make it."""
    import aiohttp

    session = aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"}, raise_for_status=True
    )

    async def call(prompt: str) -> str:
        async with session.post(url, data=wire.body(prompt)) as response:
            return wire.text(await response.read())

    async def stream(prompt: str) -> AsyncIterator[str]:
        async with session.post(url, data=wire.body(prompt)) as response:
            async for line in response.content:
                if piece := wire.piece(line.rstrip()):
                    yield piece

    return stream if wire.stream else call
