"""What the events of a stream say, in OpenAI's shapes: a piece of the answer, a failure, or nothing.

An answer is its choice 0, as with whole answers: events of further choices (`n=2`) say nothing, nor do they end it.
"""

import json
from collections.abc import Mapping
from typing import Any

from azureml_endpoint.generations import ChatGenerationChunk, GenerationChunk, choice_info
from azureml_endpoint.messages import AIMessageChunk
from azureml_endpoint.usage import usage_metadata

_PLACES = ("text", "delta", "message")
"""Where choices say something: that of a streamed completion, that of a streamed chat, that of a whole answer."""


def completion_chunk(data: Any) -> GenerationChunk | None:
    """Read an event of a streamed completion; None when it says nothing, ValueError when it is one of a chat."""
    choice = _first_choice(data)
    text = _said(choice, "text", str)
    usage = data.get("usage") if isinstance(data, dict) else None
    info = {name: value for name, value in choice_info(choice).items() if value is not None}
    if isinstance(usage, dict):
        info["usage"] = usage
    if text is None and not info:
        return None
    if info:  # the last pieces tell what the whole answer would
        info |= {name: data[name] for name in ("model", "id") if data.get(name)}
    return GenerationChunk(text or "", info or None)


def chat_chunk(data: Any) -> ChatGenerationChunk | None:
    """Read an event of a streamed chat answer; None when it says nothing, ValueError when it is none of a chat."""
    choice = _first_choice(data)
    delta = _said(choice, "delta", dict) or {}
    usage = usage_metadata(data.get("usage")) if isinstance(data, dict) else None
    if not choice and usage is None:
        return None
    reason = choice_info(choice)["finish_reason"]
    metadata = {"finish_reason": reason, "model": data.get("model")}
    message = AIMessageChunk(
        _content(delta.get("content")),
        tool_call_chunks=_call_chunks(delta.get("tool_calls")),
        usage_metadata=usage,
        finish_reason=reason,
        response_metadata={name: value for name, value in metadata.items() if value} if reason else {},
        id=data["id"] if isinstance(data.get("id"), str) else None,
    )
    return ChatGenerationChunk(message)


def error_message(event: Any) -> str | None:
    """Return what is wrong with an event, or None when it may be a piece of an answer.

    Envelopes of errors: `{"error": ..}` with anything that is not empty or false, `{"object": "error", ..}`,
    `{"type": "error", ..}`, and `{"message": ..}` or `{"detail": ..}` without choices. What is no object is no
    event of an answer at all.
    """
    if not isinstance(event, dict):
        return "no JSON" if event is None else f"an event that is no object but a {type(event).__name__}"
    told: Any = None
    match event:
        case {"error": {"message": str(message)}}:
            told = message
        case {"error": error} if error and error is not True:
            told = error
        case {"error": True} | {"object": "error"} | {"type": "error"}:
            told = event.get("message") or event
        case _ if not event.get("choices"):
            told = event.get("message") or event.get("detail") or None
    return str(told) if told is not None else None


class CallNumbers:
    """Gives tool calls without an index one of their own, so that no two calls are taken for one.

    A call begins where an id or a name does; what has neither goes on with the call before.
    """

    def __init__(self) -> None:
        self._by_id: dict[Any, int] = {}
        self._last = 0
        self._next = 0

    def numbered(self, data: Any) -> Any:
        """Return `data`, an event, with an index in each of its choice's tool calls."""
        match _first_choice(data):
            case {"delta": {"tool_calls": [*calls]}}:
                for call in calls:
                    if isinstance(call, dict):
                        call["index"] = self._number(call)
        return data

    def _number(self, call: Mapping[str, Any]) -> int:
        index, name = call.get("index"), call.get("id")
        function = call.get("function")
        begins = name or (isinstance(function, dict) and function.get("name"))
        if isinstance(index, int):
            self._last = index
        elif isinstance(name, str) and name in self._by_id:
            self._last = self._by_id[name]
        elif begins:
            self._last = self._next
        self._next = max(self._next, self._last + 1)
        if isinstance(name, str):
            self._by_id[name] = self._last
        return self._last


def _said(choice: Mapping[str, Any], place: str, kind: type) -> Any:
    """Return what a choice says at `place`, or None; ValueError for what it says elsewhere, which would be lost."""
    said = choice.get(place)
    other = next((name for name in _PLACES if choice.get(name) and name != place), None) if said is None else None
    if other or not isinstance(said, kind | None):
        found = f"{other!r}, as of another kind of model" if other else f"type {type(said).__name__}"
        raise ValueError(f'expected {{"choices": [{{"{place}": ..}}]}}, found {found}')
    return said


def _first_choice(data: Any) -> Mapping[str, Any]:
    match data:
        case {"choices": [*choices]}:
            return next((each for each in choices if isinstance(each, dict) and not each.get("index")), {})
    return {}


def _content(content: Any) -> Any:
    """Return a delta's content as text, or as parts when one of them is none."""
    if content is None or isinstance(content, str):
        return content or ""
    parts = [_part(each) for each in (content if isinstance(content, list) else [content])]
    texts = [each["text"] for each in parts if each["type"] == "text" and "text" in each]
    return "".join(texts) if len(texts) == len(parts) else parts


def _part(part: Any) -> dict[str, Any]:
    match part:
        case str():
            return {"type": "text", "text": part}
        case {"text": str()}:
            return {"type": "text", **part}
        case {"type": str()} if "text" not in part:
            return dict(part)
    return {"type": "non_standard", "value": part}


def _call_chunks(calls: Any) -> list[dict[str, Any]]:
    chunks: list[dict[str, Any]] = []
    for position, call in enumerate(calls if isinstance(calls, list) else ()):
        match call:
            case {"function": dict(function)}:
                args = function.get("arguments")
                chunks.append(
                    {
                        "name": function.get("name"),
                        "args": args if args is None or isinstance(args, str) else json.dumps(args),
                        "id": call.get("id"),
                        "index": call.get("index", position),
                    }
                )
    return chunks
