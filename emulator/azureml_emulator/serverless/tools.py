"""Tools: which one the model calls, and with which arguments."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from azureml_emulator.draw import Draw
from azureml_emulator.json_sample import sample
from azureml_emulator.schema import Answer, Fields, ToolCall
from azureml_emulator.serverless.refusals import refusal, unusable_schema

_WORD = re.compile(r"[A-Za-z0-9]{2,}|[^\W\d_a-zA-Z]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Function(Fields, extra="allow"):
    """What a tool is. `description` may be left out (documented); the LLM server of dedicated ones wants it."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None


class Tool(Fields, extra="allow"):
    """A tool that the model may call."""

    type: Literal["function"]
    function: Function


class FunctionName(Fields, extra="allow"):
    """A tool's name."""

    name: str


class NamedTool(Fields, extra="allow"):
    """The tool that the model must call."""

    type: Literal["function"]
    function: FunctionName


ToolChoice = Literal["none", "auto", "required"] | NamedTool


class CalledFunction(Fields):
    """What is called. `call_id` is there and null (documented)."""

    name: str
    arguments: str
    call_id: None


class Called(Fields):
    """A call in an answer."""

    id: str
    type: Literal["function"]
    function: CalledFunction


def due(tools: Sequence[Tool] | None, choice: str | NamedTool | None, role: str) -> bool:
    """Tell whether the model calls a tool now: when it must, else when it was the user who spoke last.

    Raises `WrongShape` for a choice that the tools do not allow.
    """
    forced = choice == "required" or isinstance(choice, NamedTool)
    if not tools:
        if forced:
            raise refusal("'tool_choice' is only allowed when 'tools' are specified", _shown(choice), "tool_choice")
        return False
    if isinstance(choice, NamedTool) and choice.function.name not in [one.function.name for one in tools]:
        raise refusal(f"no tool is called {choice.function.name!r}", _shown(choice), "tool_choice")
    return forced or (choice != "none" and role == "user")


def _shown(choice: str | NamedTool | None) -> Any:
    return choice.model_dump() if isinstance(choice, NamedTool) else choice


def called(prompt: str, parameters: Mapping[str, Any], draw: Draw) -> Answer:
    """Call the tool that was asked for, else the one whose name and description share most words with the prompt.

    A longer word counts for more, and the earlier tool is called where two share as much. The arguments are valid
    under the tool's schema, and taken from the prompt where it has what fits: numbers, quoted words, names. Raises
    `WrongShape` for a schema that cannot be followed.
    """
    tools = [one["function"] for one in parameters["tools"]]
    choice = parameters.get("tool_choice")
    if isinstance(choice, Mapping):
        tool = next(one for one in tools if one["name"] == choice["function"]["name"])
    else:
        asked = _words(prompt)
        tool = max(tools, key=lambda one: _letters(asked & _words(f"{one['name']} {one.get('description') or ''}")))
    try:
        value = sample(_an_object(tool.get("parameters")), draw, [prompt])
    except ValueError as error:
        at = next(at for at, one in enumerate(tools) if one is tool)
        raise unusable_schema(error, "tools", at, "function", "parameters") from None
    return Answer("", "tool_calls", (ToolCall(tool["name"], json.dumps(value, ensure_ascii=False)),))


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(_HUMP.sub(" ", text))}


def _letters(words: set[str]) -> int:
    return sum(map(len, words))


def _an_object(schema: Any) -> Mapping[str, Any]:
    """Arguments are an object, whether their schema says so or not; no schema means no arguments."""
    return {"type": "object", **schema} if schema else {"type": "object", "maxProperties": 0}


def written(call: ToolCall, draw: Draw, label: bytes) -> dict[str, Any]:
    """Write a call into an answer, with an id of its own."""
    number = draw.hexadecimal(b"call " + label)[:24]
    return {"id": f"call_{number}", "type": "function", "function": {**call._asdict(), "call_id": None}}
