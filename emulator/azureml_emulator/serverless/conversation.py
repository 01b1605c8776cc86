"""The messages of a chat request."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import FailFast

from azureml_emulator.schema import Fields, Turn
from azureml_emulator.serverless.refusals import refusal


class Role(StrEnum):
    """Who speaks. `developer` is the newer name of `system`; Microsoft's SDK has it, its LLM server does not."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    DEVELOPER = "developer"


class ToolCallMade(Fields, extra="allow"):
    """A call that the model asked for before, sent back to it."""

    id: str
    type: str = "function"
    function: dict[str, Any]


class ChatTurn(Turn, use_enum_values=True):
    """One message."""

    role: Role  # type: ignore[assignment]
    tool_calls: list[ToolCallMade] | None = None
    tool_call_id: str | None = None


class ServerRole(StrEnum):
    """The roles that Microsoft's LLM server knows (measured)."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class ServerTurn(ChatTurn):
    """One message to Microsoft's LLM server."""

    role: ServerRole  # type: ignore[assignment]


ChatTurns = Annotated[list[ChatTurn], FailFast()]
"""A conversation; the first message that is none is the one reported."""


def answering(turns: Sequence[ChatTurn]) -> None:
    """Check that a tool's answer says which call it answers (documented; how one is refused is unverified)."""
    for at, turn in enumerate(turns):
        if turn.role == "tool" and turn.tool_call_id is None:
            raise refusal("messages of the role 'tool' need it", None, "messages", at, "tool_call_id")
