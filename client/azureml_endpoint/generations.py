"""What a model answers, as values: a generation, a piece of one, and the result of several prompts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from azureml_endpoint.messages import AIMessage, AIMessageChunk

G = TypeVar("G")


@dataclass(slots=True)
class Generation:
    """A model's text, exactly as the model meant it; `generation_info` holds what came with it."""

    text: str
    generation_info: dict[str, Any] | None = None


@dataclass(slots=True)
class ChatGeneration:
    """A model's message; `generation_info` holds what came with it."""

    message: AIMessage
    generation_info: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """The message's text."""
        return self.message.text


@dataclass(slots=True)
class GenerationChunk:
    """A piece of a streamed text; the last one carries the finish reason, and usage where the model sends it."""

    text: str
    generation_info: dict[str, Any] | None = None

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped, on the last piece."""
        return (self.generation_info or {}).get("finish_reason")


@dataclass(slots=True)
class ChatGenerationChunk:
    """A piece of a streamed message."""

    message: AIMessageChunk

    @property
    def text(self) -> str:
        """The piece's text."""
        return self.message.text

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped, on the last piece."""
        return self.message.finish_reason


@dataclass(slots=True)
class LLMResult(Generic[G]):
    """The generations of several prompts: one list per prompt, in the order of the prompts."""

    generations: list[list[G]]
    llm_output: dict[str, Any] | None = field(default=None)


def choice_info(choice: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an OpenAI choice says beside its text: finish reason and log probabilities."""
    reason = choice.get("finish_reason")
    return {
        "finish_reason": reason if isinstance(reason, str) else None,
        "logprobs": choice.get("logprobs"),
    }
