"""Messages of a conversation, in the form that a formatter takes: LangChain's classes, or plain mappings."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """One message: `role` is system, user, assistant, tool or function, `content` a text or a list of parts."""

    role: str
    content: Any
    more: tuple[tuple[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give it as the wire has it."""
        return {"role": self.role, "content": self.content, **dict(self.more)}

    def as_langchain(self) -> Any:
        """Give it as a message of LangChain's."""
        from langchain_core import messages

        more = dict(self.more)
        match self.role:
            case "system":
                return messages.SystemMessage(self.content, **more)
            case "user":
                return messages.HumanMessage(self.content, **more)
            case "assistant":
                return messages.AIMessage(self.content, **more)
            case "tool":
                return messages.ToolMessage(self.content, **{"tool_call_id": "call_1", **more})
            case "function":
                return messages.FunctionMessage(content=self.content, **{"name": "function_1", **more})
        return messages.ChatMessage(content=self.content, role=self.role, **more)


def in_langchain(made: Any) -> bool:
    """Tell whether a formatter is written for LangChain's messages: a module of its class, or of a base, names it."""
    return any(_names_langchain(sys.modules[one.__module__]) for one in type(made).__mro__ if _written(one))


def _written(kind: type) -> bool:
    return kind.__module__ in sys.modules and kind.__module__ != "builtins"


def _names_langchain(module: Any) -> bool:
    if module.__name__.startswith("langchain"):
        return True
    return any(_home(value).startswith("langchain") for value in list(vars(module).values()))


def _home(value: Any) -> str:
    home = getattr(value, "__module__", None) or getattr(value, "__name__", None)
    return home if isinstance(home, str) else ""


def plain(messages: Sequence[Said]) -> list[Mapping[str, Any]]:
    """Give a conversation as the wire has it."""
    return [one.as_dict() for one in messages]
