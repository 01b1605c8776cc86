"""Chat messages: small classes of our own, and anything that LangChain or OpenAI users have, read as such."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from azureml_endpoint.usage import UsageMetadata

Content = str | list[Any] | None
WireMessage = dict[str, Any]

ROLES: Mapping[str, str] = {
    "human": "user",
    "user": "user",
    "ai": "assistant",
    "assistant": "assistant",
    "system": "system",
    "tool": "tool",
}
"""The wire's role for each role or message type that is understood."""

_CHUNK = "MessageChunk"
_KEYS = {"role", "content", "name", "tool_calls", "tool_call_id"}
_ANSWERED = {"id", "refusal", "annotations", "audio"}
"""Keys of an answer as the openai SDK dumps it, which a request does not have."""


@dataclass(slots=True)
class Message:
    """One message of a conversation; `content` is text, or a list of OpenAI's content parts."""

    content: Content
    name: str | None = field(default=None, kw_only=True)
    type: ClassVar[str] = ""

    @property
    def role(self) -> str:
        """The role on the wire: `user`, `assistant`, `system` or `tool`."""
        return wire_role(self.type)

    @property
    def text(self) -> str:
        """The text of the content; parts that are not text are left out."""
        return _text(self.content)


@dataclass(slots=True)
class HumanMessage(Message):
    """What the user says."""

    type: ClassVar[str] = "human"


@dataclass(slots=True)
class SystemMessage(Message):
    """What the model is told to be."""

    type: ClassVar[str] = "system"


@dataclass(slots=True)
class ToolMessage(Message):
    """What a tool answered to the call `tool_call_id`."""

    tool_call_id: str | None = field(default=None, kw_only=True)
    type: ClassVar[str] = "tool"


@dataclass(slots=True)
class AIMessage(Message):
    """What the model says.

    `tool_calls` are dicts with `name`, `args` (parsed), `id`; calls whose arguments are not a JSON object
    are in `invalid_tool_calls` with `args` as the model wrote them. `usage_metadata` counts tokens.
    """

    tool_calls: list[dict[str, Any]] = field(default_factory=list, kw_only=True)
    invalid_tool_calls: list[dict[str, Any]] = field(default_factory=list, kw_only=True)
    usage_metadata: UsageMetadata | None = field(default=None, kw_only=True)
    finish_reason: str | None = field(default=None, kw_only=True)
    response_metadata: dict[str, Any] = field(default_factory=dict, kw_only=True)
    id: str | None = field(default=None, kw_only=True)
    type: ClassVar[str] = "ai"


@dataclass(slots=True)
class AIMessageChunk(AIMessage):
    """A piece of what the model says; pieces add up with `+`, and `tool_calls` are read from the whole."""

    tool_call_chunks: list[dict[str, Any]] = field(default_factory=list, kw_only=True)
    type: ClassVar[str] = "AIMessageChunk"

    @classmethod
    def whole(cls, message: AIMessage) -> "AIMessageChunk":
        """Return a message that came whole as a stream's only piece."""
        values = {each.name: getattr(message, each.name) for each in fields(AIMessage)}
        calls = [_wire_call(each) for each in (*message.tool_calls, *message.invalid_tool_calls)]
        chunks = [
            {
                "name": call["function"]["name"],
                "args": call["function"]["arguments"],
                "id": call["id"],
                "index": index,
            }
            for index, call in enumerate(calls)
        ]
        return cls(**values, tool_call_chunks=chunks)

    def __add__(self, other: "AIMessageChunk") -> "AIMessageChunk":
        chunks = _merged_calls(self.tool_call_chunks + other.tool_call_chunks)
        calls, invalid = parse_tool_calls(chunks)
        return AIMessageChunk(
            self.text + other.text,
            name=self.name or other.name,
            tool_call_chunks=chunks,
            tool_calls=calls,
            invalid_tool_calls=invalid,
            usage_metadata=other.usage_metadata or self.usage_metadata,
            finish_reason=other.finish_reason or self.finish_reason,
            response_metadata={**self.response_metadata, **other.response_metadata},
            id=self.id or other.id,
        )


@dataclass(slots=True)
class ChatMessage(Message):
    """A message whose role is given by name."""

    role: str = field(default="user", kw_only=True)  # a field where the others compute it
    type: ClassVar[str] = "chat"


def as_messages(value: Any) -> list[Any]:
    """Return what a chat call was given as a list of messages.

    Takes a text, a message, or a sequence of: texts, dicts with `role` (or `type`) and `content`, `(role, content)`
    pairs, our own messages, and anything with LangChain's `.type` and `.content`, which is handed on as it is; also
    a LangChain prompt value (`.to_messages()`). Anything else raises ValueError.
    """
    if hasattr(value, "to_messages"):
        value = value.to_messages()
    if isinstance(value, str | Mapping) or _looks_like_message(value):
        value = [value]
    if not isinstance(value, Sequence) or isinstance(value, bytes | bytearray):
        raise ValueError(f"messages must be a text or a list of messages, not {type(value).__name__}")
    return [item if _looks_like_message(item) else _message_of(item) for item in value]


def buffer_string(value: Any) -> str:
    """Return messages as one text, a line each with who speaks, as LangChain's `get_buffer_string` does."""
    return "\n".join(f"{_speaker(each)}: {_text(each.content)}" for each in as_messages(value))


def wire_message(message: Any) -> WireMessage:
    """Return one message in OpenAI's shape, nothing of it lost; ValueError names what cannot be sent."""
    if not _looks_like_message(message):
        message = _message_of(message)
    role = wire_role(message.role if message.type.removesuffix(_CHUNK).lower() == "chat" else message.type)
    calls = _wire_calls(message) if role == "assistant" else []
    wire: WireMessage = {"role": role, "content": _wire_content(message.content, allow_none=bool(calls))}
    if name := getattr(message, "name", None):
        wire["name"] = name
    if calls:
        wire["tool_calls"] = calls
    if role == "tool" and (call_id := getattr(message, "tool_call_id", None)):
        wire["tool_call_id"] = call_id
    return wire


def wire_role(name: Any) -> str:
    """Return the wire's role for a role or a LangChain message type; ValueError names an unsupported one."""
    plain = name.removesuffix(_CHUNK).lower() if isinstance(name, str) else name
    if not isinstance(plain, str) or plain not in ROLES:
        raise ValueError(
            f"role {name!r} is not supported; supported roles: {', '.join(dict.fromkeys(ROLES.values()))}"
        )
    return ROLES[plain]


def parse_tool_calls(calls: Iterable[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Split tool calls whose `args` are text into those that are a JSON object, parsed, and the others."""
    good: list[dict[str, Any]] = []
    bad: list[dict[str, Any]] = []
    for call in calls:
        named = {"name": call.get("name"), "args": call.get("args"), "id": call.get("id")}
        try:
            args = json.loads(named["args"] or "{}")
        except (ValueError, RecursionError) as error:
            bad.append({**named, "error": str(error), "type": "invalid_tool_call"})
            continue
        if isinstance(args, dict):
            good.append({**named, "args": args, "type": "tool_call"})
        else:
            bad.append({**named, "error": "the arguments are not a JSON object", "type": "invalid_tool_call"})
    return good, bad


_SPEAKERS = {"human": "Human", "user": "Human", "ai": "AI", "assistant": "AI", "system": "System", "tool": "Tool"}


def _speaker(message: Any) -> str:
    """Return who speaks; a ChatMessage of LangChain's speaks under its own role."""
    kind = message.type.removesuffix(_CHUNK).lower()
    if kind == "chat" and not isinstance(message, ChatMessage):
        return str(message.role)
    role: str = message.role if kind == "chat" else kind
    return _SPEAKERS.get(role, role.capitalize())


def _looks_like_message(value: Any) -> bool:
    return isinstance(getattr(value, "type", None), str) and hasattr(value, "content")


def _message_of(item: Any) -> Message:
    match item:
        case str():
            return HumanMessage(item)
        case (str() as role, content):
            return ChatMessage(content, role=wire_role(role))
        case {"role": role}:
            return _message_of_dict(role, item)
        case {"type": kind, "content": _}:
            return _message_of_dict(kind, {name: value for name, value in item.items() if name != "type"})
    raise ValueError(
        "a message is a text, a dict with role and content, a (role, content) pair, or an object with "
        f".type and .content; this is {type(item).__name__}"
    )


def _message_of_dict(role: Any, item: Mapping[str, Any]) -> Message:
    told = {str(name) for name, value in item.items() if value is not None}
    if unknown := sorted(told - _KEYS - (_ANSWERED if wire_role(role) == "assistant" else set())):
        raise ValueError(f"a message has no key {unknown[0]!r}; it may have {', '.join(sorted(_KEYS))}")
    name, content = item.get("name"), item.get("content")
    match wire_role(role):
        case "assistant":
            return AIMessage(content, name=name, tool_calls=list(item.get("tool_calls") or ()))
        case "tool":
            return ToolMessage(content, name=name, tool_call_id=item.get("tool_call_id"))
        case plain:
            return ChatMessage(content, name=name, role=plain)


def _wire_content(content: Any, *, allow_none: bool) -> Content:
    if isinstance(content, str) or (content is None and allow_none):
        return content
    if isinstance(content, list | tuple):
        return [_wire_part(part) for part in content]
    raise ValueError(f"content must be a text or a list of parts, not {type(content).__name__}")


def _wire_part(part: Any) -> dict[str, Any]:
    match part:
        case str():
            return {"type": "text", "text": part}
        case {"type": str()}:
            return dict(part)
    raise ValueError(
        f"a content part is a text or a dict with a `type`, not {type(part).__name__}: it cannot be sent"
    )


def _wire_calls(message: Any) -> list[dict[str, Any]]:
    calls = [*(getattr(message, "tool_calls", None) or ()), *(getattr(message, "invalid_tool_calls", None) or ())]
    return [dict(call) if "function" in call else _wire_call(call) for call in calls]


def _wire_call(call: Mapping[str, Any]) -> dict[str, Any]:
    args = call.get("args")
    arguments = args if isinstance(args, str) else json.dumps(args if args is not None else {})
    return {
        "id": call.get("id"),
        "type": "function",
        "function": {"name": call.get("name"), "arguments": arguments},
    }


def _merged_calls(chunks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    merged: dict[Any, dict[str, Any]] = {}
    for chunk in chunks:
        known = merged.setdefault(
            chunk.get("index"), {"index": chunk.get("index"), "name": None, "args": "", "id": None}
        )
        known["name"] = known["name"] or chunk.get("name")
        known["id"] = known["id"] or chunk.get("id")
        known["args"] += chunk.get("args") or ""
    return list(merged.values())


def _text(content: Content) -> str:
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content or () if isinstance(part, dict) and "text" in part)
