"""All the ways to walk the road: one input or many, whole or in pieces, now or awaited."""

# ruff: noqa: A002  # `input` is what LangChain calls it

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from azureml_endpoint.batches import in_tasks, in_threads
from azureml_endpoint.generations import LLMResult
from azureml_endpoint.road import Chunk, Generated, In, Road, Stop
from azureml_endpoint.saving import save

Out = TypeVar("Out")
OutChunk = TypeVar("OutChunk")

_LANGCHAIN = frozenset({"tags", "metadata", "run_name", "run_id"})


class Calls(Road[In, Generated, Chunk], Generic[In, Out, Generated, Chunk, OutChunk]):
    """LangChain's methods, for every endpoint class.

    Keyword arguments are parameters of this one call, see `Road`. `config` is there for code written for LangChain:
    its `max_concurrency` counts, the rest has no meaning here. `batch` and `abatch` answer in the order of the
    inputs, `max_concurrency` of them (32 unless given) under way at once; with `return_exceptions` an input that
    failed has its exception in the answer's place, without it the first failure is raised.
    """

    def invoke(self, input: In, config: Any = None, *, stop: Stop = None, **kwargs: Any) -> Out:
        """Return the answer to one input."""
        return self._output(self.generate_one(input, stop, **kwargs))

    async def ainvoke(self, input: In, config: Any = None, *, stop: Stop = None, **kwargs: Any) -> Out:
        """Return the answer to one input."""
        return self._output(await self.agenerate_one(input, stop, **kwargs))

    def stream(self, input: In, config: Any = None, *, stop: Stop = None, **kwargs: Any) -> Iterator[OutChunk]:
        """Yield the answer in pieces; leaving the loop closes the connection."""
        for chunk in self.chunks(input, stop, **kwargs):
            yield self._output_chunk(chunk)

    async def astream(
        self, input: In, config: Any = None, *, stop: Stop = None, **kwargs: Any
    ) -> AsyncIterator[OutChunk]:
        """Yield the answer in pieces; leaving the loop closes the connection."""
        async for chunk in self.achunks(input, stop, **kwargs):
            yield self._output_chunk(chunk)

    def batch(
        self,
        inputs: Iterable[In],
        config: Any = None,
        *,
        return_exceptions: bool = False,
        max_concurrency: int | None = None,
        **kwargs: Any,
    ) -> list[Any]:
        """Return the answers to many inputs, called at once in threads."""
        work = [partial(self.invoke, each, **kwargs) for each in _several(inputs)]
        return in_threads(work, _concurrency(config, max_concurrency), return_exceptions=return_exceptions)

    async def abatch(
        self,
        inputs: Iterable[In],
        config: Any = None,
        *,
        return_exceptions: bool = False,
        max_concurrency: int | None = None,
        **kwargs: Any,
    ) -> list[Any]:
        """Return the answers to many inputs, awaited at once."""
        work = [partial(self.ainvoke, each, **kwargs) for each in _several(inputs)]
        return await in_tasks(work, _concurrency(config, max_concurrency), return_exceptions=return_exceptions)

    def generate(
        self,
        prompts: Iterable[In],
        stop: Stop = None,
        callbacks: Any = None,
        *,
        max_concurrency: int | None = None,
        **kwargs: Any,
    ) -> LLMResult[Generated]:
        """Return the generations of many inputs, with what came beside their texts; callbacks are not called."""
        parameters = _parameters(kwargs)
        work = [partial(self.generate_one, each, stop, **parameters) for each in _several(prompts)]
        return LLMResult([[each] for each in in_threads(work, max_concurrency)])

    async def agenerate(
        self,
        prompts: Iterable[In],
        stop: Stop = None,
        callbacks: Any = None,
        *,
        max_concurrency: int | None = None,
        **kwargs: Any,
    ) -> LLMResult[Generated]:
        """Return the generations of many inputs, with what came beside their texts; callbacks are not called."""
        parameters = _parameters(kwargs)
        work = [partial(self.agenerate_one, each, stop, **parameters) for each in _several(prompts)]
        return LLMResult([[each] for each in await in_tasks(work, max_concurrency)])

    def save(self, file_path: Path | str) -> None:
        """Write everything needed to call again, except the key, to a .json, .yaml or .yml file; see `load_llm`."""
        save(self, file_path)

    def close(self) -> None:
        """Close the idle connections; calling again opens new ones. Connections of tasks close with their loop."""
        self._caller.close()

    async def aclose(self) -> None:
        """Close the idle connections of the running loop, and those of threads."""
        await self._caller.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def _llm_type(self) -> str:
        return self.saved_as

    @abstractmethod
    def _output(self, generation: Generated) -> Out:
        """Return what `invoke` returns for a generation."""

    @abstractmethod
    def _output_chunk(self, chunk: Chunk) -> OutChunk:
        """Return what `stream` yields for a piece."""


def _parameters(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the model's parameters among the arguments of `generate`; the others are for LangChain's machinery."""
    return {name: value for name, value in kwargs.items() if name not in _LANGCHAIN}


def _several(inputs: Iterable[In]) -> Sequence[In]:
    if isinstance(inputs, str | bytes):
        raise TypeError("the inputs must be a list; for a single one call invoke()")
    return list(inputs)


def _concurrency(config: Any, max_concurrency: int | None) -> int | None:
    if max_concurrency is None and isinstance(config, dict):
        return config.get("max_concurrency")
    return max_concurrency
