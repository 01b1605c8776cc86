"""Calling an endpoint with a conversation: `AzureMLChatOnlineEndpoint`."""

from typing import Any, ClassVar

from azureml_endpoint.calls import Calls
from azureml_endpoint.events import chat_chunk
from azureml_endpoint.formatters.binding import as_chat_generation
from azureml_endpoint.generations import ChatGeneration, ChatGenerationChunk
from azureml_endpoint.messages import AIMessage, AIMessageChunk, as_messages


class AzureMLChatOnlineEndpoint(Calls[Any, AIMessage, ChatGeneration, ChatGenerationChunk, AIMessageChunk]):
    """A chat model behind an Azure ML endpoint: messages in, the model's message out.

        chat = AzureMLChatOnlineEndpoint(
            endpoint_url="https://NAME.REGION.models.ai.azure.com/v1/chat/completions",
            endpoint_api_type="serverless",
            endpoint_api_key="...",
            content_formatter=CustomOpenAIChatContentFormatter(),
        )
        chat.invoke([("system", "Be brief."), ("user", "What is sparkling water?")]).content

    For the forms that messages may have see `as_messages`. Dedicated endpoints do not stream: there `stream` gives
    the whole message as its one piece.
    """

    formatter_method: ClassVar[str] = "format_messages_request_payload"
    formatter_examples: ClassVar[str] = "CustomOpenAIChatContentFormatter, MistralChatContentFormatter"
    saved_as: ClassVar[str] = "azureml_chat_endpoint"

    def _input(self, value: Any) -> list[Any]:
        return as_messages(value)

    def _generation(self, answer: Any, reader: str) -> ChatGeneration:
        return as_chat_generation(answer, reader)

    def _output(self, generation: ChatGeneration) -> AIMessage:
        return generation.message

    def _read_chunk(self, event: Any) -> ChatGenerationChunk | None:
        return chat_chunk(event)

    def _whole_chunk(self, generation: ChatGeneration) -> ChatGenerationChunk:
        return ChatGenerationChunk(AIMessageChunk.whole(generation.message))

    def _output_chunk(self, chunk: ChatGenerationChunk) -> AIMessageChunk:
        return chunk.message
