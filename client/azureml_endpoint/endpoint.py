"""Calling an endpoint with a prompt: `AzureMLOnlineEndpoint`."""

from typing import Any, ClassVar

from azureml_endpoint.calls import Calls
from azureml_endpoint.events import completion_chunk
from azureml_endpoint.formatters.binding import as_generation
from azureml_endpoint.generations import Generation, GenerationChunk
from azureml_endpoint.messages import buffer_string


class AzureMLOnlineEndpoint(Calls[str, str, Generation, GenerationChunk, str]):
    """A text model behind an Azure ML endpoint: a prompt in, its completion out.

        llm = AzureMLOnlineEndpoint(
            endpoint_url="https://NAME.REGION.inference.ml.azure.com/score",
            endpoint_api_key="...",
            content_formatter=CustomOpenAIContentFormatter(),
        )
        llm.invoke("Write me a song about sparkling water:", temperature=0.8)

    A list of messages becomes one text, as LangChain does it: a line each, such as `Human: ...`. Dedicated endpoints
    do not stream: there `stream` gives the whole text as its one piece.
    """

    saved_as: ClassVar[str] = "azureml_endpoint"

    def _input(self, value: Any) -> str:
        value = value.to_string() if hasattr(value, "to_string") else value
        if isinstance(value, list | tuple) and not any(isinstance(each, str) for each in value):
            return buffer_string(value)
        if not isinstance(value, str):
            raise TypeError(f"the prompt must be a str or a list of messages, not {_told(value)}")
        return value

    def _generation(self, answer: Any, reader: str) -> Generation:
        return as_generation(answer, reader)

    def _output(self, generation: Generation) -> str:
        return generation.text

    def _read_chunk(self, event: Any) -> GenerationChunk | None:
        return completion_chunk(event)

    def _whole_chunk(self, generation: Generation) -> GenerationChunk:
        return GenerationChunk(generation.text, generation.generation_info)

    def _output_chunk(self, chunk: GenerationChunk) -> str:
        return chunk.text


def _told(value: Any) -> str:
    return "texts; for several prompts call batch()" if isinstance(value, list | tuple) else type(value).__name__
