"""Messages between LangChain and us: its blocks and Anthropic's as OpenAI's parts, our answers as its messages."""

import json
from collections.abc import Iterable
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, convert_to_openai_data_block

from azureml_endpoint import messages
from azureml_endpoint.langchain.usage import renamed
from azureml_endpoint.usage import UsageMetadata

_TOLD_ELSEWHERE = {"tool_call", "tool_call_chunk", "invalid_tool_call", "tool_use", "function_call"}
"""Blocks of an AI message that are in its `tool_calls` too."""

_THOUGHTS = {"reasoning", "reasoning_content", "thinking", "redacted_thinking"}
"""Blocks of an AI message that are not sent back to a model."""


def wire_ready(conversation: Iterable[BaseMessage]) -> list[BaseMessage]:
    """Return messages whose content OpenAI's shape can carry; those passed are left as they are."""
    return [_wire_ready(each) for each in conversation]


def whole_message(message: messages.AIMessage, provider: str) -> AIMessage:
    """Return an answer as LangChain's message.

    The endpoint's id is in `response_metadata`: as the message's own it might not be unique, and
    LangGraph replaces messages by id.
    """
    return AIMessage(
        content=_content(message),
        name=message.name,
        tool_calls=message.tool_calls,
        invalid_tool_calls=message.invalid_tool_calls,
        usage_metadata=message.usage_metadata,
        response_metadata={**metadata(message), "model_provider": provider},
    )


def metadata(message: messages.AIMessage) -> dict[str, Any]:
    """Return what came beside an answer: finish_reason, model_name, id, token_usage, as far as it was said."""
    told = {**renamed(message.response_metadata), "finish_reason": message.finish_reason, "id": message.id}
    return {name: value for name, value in told.items() if value is not None}


class MessageStream:
    """A streamed message: what belongs to its end is kept until then, since LangChain adds chunks up."""

    def __init__(self, provider: str) -> None:
        self._metadata: dict[str, Any] = {"model_provider": provider}
        self._usage: UsageMetadata | None = None

    def chunk(self, piece: messages.AIMessageChunk) -> AIMessageChunk | None:
        """Return the text and the tool calls of a piece, or None when it has neither."""
        self._metadata.update(metadata(piece))
        self._usage = piece.usage_metadata or self._usage
        content, calls = _content(piece), piece.tool_call_chunks or _call_chunks(piece)
        return AIMessageChunk(content=content, tool_call_chunks=calls) if content or calls else None

    def last(self) -> AIMessageChunk:
        """Return the end: no text, but usage and what else came beside it."""
        return AIMessageChunk(
            content="", usage_metadata=self._usage, response_metadata=self._metadata, chunk_position="last"
        )


def _content(message: messages.AIMessage) -> Any:
    return "" if message.content is None else message.content


def _call_chunks(message: messages.AIMessage) -> list[dict[str, Any]]:
    """Return the tool calls of an answer that came whole, as a stream would have brought them."""
    chunks = []
    for index, call in enumerate([*message.tool_calls, *message.invalid_tool_calls]):
        args = call["args"] if isinstance(call["args"], str) else json.dumps(call["args"])
        chunks.append({"name": call["name"], "args": args, "id": call["id"], "index": index})
    return chunks


def _wire_ready(message: BaseMessage) -> BaseMessage:
    if not isinstance(message.content, list):
        return message
    told_elsewhere = _TOLD_ELSEWHERE | _THOUGHTS if isinstance(message, AIMessage) else set()
    parts = [_part(each) for each in message.content if _type(each) not in told_elsewhere]
    return message.model_copy(update={"content": _joined(parts) if isinstance(message, AIMessage) else parts})


def _part(block: Any) -> Any:
    match block:
        case {"type": "text" | "text-plain", "text": str(text)}:
            return {"type": "text", "text": text}
        case {"type": "image", "source": {"type": "base64", "media_type": str(kind), "data": str(data)}}:
            return {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{data}"}}
        case {"type": "image", "source": {"type": "url", "url": str(url)}}:
            return {"type": "image_url", "image_url": {"url": url}}
        case {"type": "image" | "audio" | "file"} if not (block["type"] == "file" and "file" in block):
            return convert_to_openai_data_block(block)
        case {"type": "non_standard", "value": dict(value)}:
            return value
    return block


def _joined(parts: list[Any]) -> Any:
    """Return text parts as one text, since most chat templates know no parts in what the model itself said."""
    texts = [each if isinstance(each, str) else each.get("text") for each in parts if _type(each) == "text"]
    return "".join(texts) if len(texts) == len(parts) else parts


def _type(block: Any) -> Any:
    return block.get("type") if isinstance(block, dict) else "text"
