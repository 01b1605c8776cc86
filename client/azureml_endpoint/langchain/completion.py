"""`AzureMLOnlineEndpoint` as a LangChain `BaseLLM`."""

from collections.abc import AsyncIterator, Iterable, Iterator
from functools import partial
from typing import Any, ClassVar

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.base import LangSmithParams
from langchain_core.language_models.llms import BaseLLM
from langchain_core.outputs import Generation, GenerationChunk, LLMResult

from azureml_endpoint import endpoint, generations
from azureml_endpoint.batches import in_tasks, in_threads
from azureml_endpoint.langchain.adapter import PROVIDER, Adapter
from azureml_endpoint.langchain.usage import renamed, summed


class AzureMLOnlineEndpoint(Adapter, BaseLLM):
    """A text model behind an Azure ML endpoint, as a LangChain LLM.

        llm = AzureMLOnlineEndpoint(
            endpoint_url="https://NAME.REGION.inference.ml.azure.com/score",
            endpoint_api_key="...",
            content_formatter=CustomOpenAIContentFormatter(),
        )
        chain = prompt | llm | StrOutputParser()

    Arguments and environment variables are those of `azureml_endpoint.AzureMLOnlineEndpoint`, and LangChain's own
    (callbacks, tags, metadata, cache, verbose, name). Further keyword arguments of a call are parameters of the
    model, `timeout` bounds the call. Several prompts are sent at once. Finish reason and `token_usage` are in
    `generation_info`, the sum of the tokens in `llm_output`.
    """

    endpoint_class: ClassVar[Any] = endpoint.AzureMLOnlineEndpoint

    def generate(
        self, prompts: list[str], stop: list[str] | None = None, callbacks: Any = None, **kwargs: Any
    ) -> LLMResult:
        """Return the generations of many prompts; a cache tells apart calls with other parameters."""
        return BaseLLM.generate(self._knowing(_parameters(kwargs)), prompts, stop, callbacks, **kwargs)

    async def agenerate(
        self, prompts: list[str], stop: list[str] | None = None, callbacks: Any = None, **kwargs: Any
    ) -> LLMResult:
        """Return the generations of many prompts; a cache tells apart calls with other parameters."""
        return await BaseLLM.agenerate(self._knowing(_parameters(kwargs)), prompts, stop, callbacks, **kwargs)

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        work = [partial(self._endpoint.generate_one, each, stop, **kwargs) for each in prompts]
        return _result(in_threads(work))

    async def _agenerate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        work = [partial(self._endpoint.agenerate_one, each, stop, **kwargs) for each in prompts]
        return _result(await in_tasks(work))

    def _stream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[GenerationChunk]:
        end = _End()
        for piece in self._endpoint.chunks(prompt, stop, **_unstreamed(kwargs)):
            if chunk := end.without(piece):
                if run_manager:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        if end.info:
            yield GenerationChunk(text="", generation_info=end.info)

    async def _astream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[GenerationChunk]:
        end = _End()
        async for piece in self._endpoint.achunks(prompt, stop, **_unstreamed(kwargs)):
            if chunk := end.without(piece):
                if run_manager:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        if end.info:
            yield GenerationChunk(text="", generation_info=end.info)

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        stop, parameters = self._tracing(stop, kwargs)
        params = super()._get_ls_params(stop=stop, **parameters)
        params["ls_provider"] = PROVIDER
        return params


class _End:
    """What belongs to the end of a streamed text: pieces may say it more than once, and LangChain adds up."""

    def __init__(self) -> None:
        self.info: dict[str, Any] = {}

    def without(self, piece: generations.GenerationChunk) -> GenerationChunk | None:
        """Keep what is said about the whole, and return the rest of the piece, or None when there is none."""
        info = renamed(piece.generation_info)
        logprobs = info.pop("logprobs", None)
        self.info.update({name: value for name, value in info.items() if value is not None})
        if not piece.text and not logprobs and self.info:
            return None
        return GenerationChunk(text=piece.text, generation_info={"logprobs": logprobs} if logprobs else None)


def _result(answers: Iterable[generations.Generation]) -> LLMResult:
    made = [Generation(text=each.text, generation_info=renamed(each.generation_info) or None) for each in answers]
    output = summed(each.generation_info for each in made)
    return LLMResult(generations=[[each] for each in made], llm_output=output)


_LANGCHAIN = {"tags", "metadata", "run_name", "run_id"}


def _parameters(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kwargs.items() if name not in _LANGCHAIN}


def _unstreamed(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kwargs.items() if name != "stream"}
