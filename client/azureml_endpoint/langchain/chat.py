"""`AzureMLChatOnlineEndpoint` as a LangChain `BaseChatModel`."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, ClassVar, Literal

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.base import LangSmithParams
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable

from azureml_endpoint import chat, generations
from azureml_endpoint.langchain.adapter import PROVIDER, Adapter
from azureml_endpoint.langchain.messages import MessageStream, whole_message, wire_ready
from azureml_endpoint.langchain.tools import Tool, answer_parameters, answer_parser, beside_raw, tool_parameters
from azureml_endpoint.langchain.usage import summed


class AzureMLChatOnlineEndpoint(Adapter, BaseChatModel):
    """A chat model behind an Azure ML endpoint, as a LangChain chat model.

        chat = AzureMLChatOnlineEndpoint(
            endpoint_url="https://NAME.REGION.models.ai.azure.com/v1/chat/completions",
            endpoint_api_type="serverless",
            endpoint_api_key="...",
            content_formatter=CustomOpenAIChatContentFormatter(),
        )
        chat.invoke([("system", "Be brief."), ("user", "What is sparkling water?")]).content

    Arguments and environment variables are those of `azureml_endpoint.AzureMLChatOnlineEndpoint`, and LangChain's
    own (callbacks, tags, metadata, cache, verbose, name, rate_limiter, disable_streaming, output_version). Further
    keyword arguments of a call are parameters of the model, `timeout` bounds the call.
    """

    endpoint_class: ClassVar[Any] = chat.AzureMLChatOnlineEndpoint

    streaming: bool = False
    """Whether `invoke` streams too, so that callbacks see the tokens."""

    def bind_tools(
        self,
        tools: Sequence[Tool],
        *,
        tool_choice: Any = None,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return this model with tools to call, functions or pydantic classes or LangChain's or OpenAI's dicts.

        `tool_choice` is `auto`, `none`, `any` or `required`, or the name of a tool.
        """
        return self.bind(**tool_parameters(tools, tool_choice, strict), **kwargs)

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: Literal["function_calling", "json_schema", "json_mode"] = "function_calling",
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """Return this model with its answer read as `schema`.

        The model calls a tool, or with `json_schema` writes JSON that the endpoint holds to the schema, or with
        `json_mode` any JSON, which the prompt must ask for. Further arguments are parameters of the model.
        """
        llm = self.bind(**kwargs, **answer_parameters(schema, method, strict))
        parser = answer_parser(schema, method)
        return beside_raw(llm, parser) if include_raw else llm | parser

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return _result(self._endpoint.generate_one(wire_ready(messages), stop, **kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return _result(await self._endpoint.agenerate_one(wire_ready(messages), stop, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        stream: Any = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        streamed = MessageStream(PROVIDER)
        for piece in self._endpoint.chunks(wire_ready(messages), stop, **kwargs):
            if message := streamed.chunk(piece.message):
                chunk = ChatGenerationChunk(message=message)
                if run_manager:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        last = ChatGenerationChunk(message=streamed.last())
        if run_manager:
            run_manager.on_llm_new_token(last.text, chunk=last)
        yield last

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        *,
        stream: Any = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        streamed = MessageStream(PROVIDER)
        async for piece in self._endpoint.achunks(wire_ready(messages), stop, **kwargs):
            if message := streamed.chunk(piece.message):
                chunk = ChatGenerationChunk(message=message)
                if run_manager:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        last = ChatGenerationChunk(message=streamed.last())
        if run_manager:
            await run_manager.on_llm_new_token(last.text, chunk=last)
        yield last

    def _combine_llm_outputs(self, outputs: list[dict[str, Any] | None], /) -> dict[str, Any]:
        return summed(outputs)

    def _get_llm_string(self, stop: list[str] | None = None, **kwargs: Any) -> str:
        """Return what a cache tells calls apart by: all that decides an answer, and no timeouts."""
        return str(sorted({**self._get_invocation_params(stop=stop, **kwargs), **kwargs}.items()))

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        stop, parameters = self._tracing(stop, kwargs)
        params = super()._get_ls_params(stop=stop, **parameters)
        params["ls_provider"] = PROVIDER
        return params


def _result(answer: generations.ChatGeneration) -> ChatResult:
    message = whole_message(answer.message, PROVIDER)
    output = summed([message.response_metadata])
    return ChatResult(generations=[ChatGeneration(message=message)], llm_output=output)
