"""The messages of a chat request."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import FailFast, model_validator
from pydantic_core import PydanticCustomError

from azureml_emulator.schema import Fields, Turn


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
    """One message; a tool's answer says which call it answers (documented; how it is refused is unverified)."""

    role: Role  # type: ignore[assignment]
    tool_calls: list[ToolCallMade] | None = None
    tool_call_id: str | None = None

    @model_validator(mode="after")
    def _answers_a_call(self) -> Self:
        if self.role == "tool" and self.tool_call_id is None:
            raise PydanticCustomError("missing", "Messages of the role 'tool' need a 'tool_call_id'")
        return self


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
