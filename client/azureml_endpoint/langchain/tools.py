"""Tools and structured output, in OpenAI's shape."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_core.output_parsers.openai_tools import JsonOutputKeyToolsParser, PydanticToolsParser
from langchain_core.runnables import Runnable, RunnableMap, RunnablePassthrough
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_json_schema, convert_to_openai_tool
from langchain_core.utils.pydantic import is_basemodel_subclass

Tool = dict[str, Any] | type | Callable[..., Any] | BaseTool
_CHOICES = {"auto": "auto", "none": "none", "required": "required", "any": "required", True: "required"}


def tool_parameters(tools: Sequence[Tool], tool_choice: Any, strict: bool | None) -> dict[str, Any]:
    """Return the parameters `tools` and `tool_choice`.

    A choice is `auto`, `none`, `any` or its other name `required`, the name of a tool, or OpenAI's dict; ValueError
    for another.
    """
    formatted = [convert_to_openai_tool(each, strict=strict) for each in tools]
    if not tool_choice:
        return {"tools": formatted}
    names = [each["function"]["name"] for each in formatted if "function" in each]
    if isinstance(tool_choice, dict):
        choice: Any = tool_choice
    elif tool_choice in _CHOICES:
        choice = _CHOICES[tool_choice]
    elif tool_choice in names:
        choice = {"type": "function", "function": {"name": tool_choice}}
    else:
        raise ValueError(
            f"tool_choice must be auto, none, any, required or the name of a tool ({', '.join(names)}), "
            f"not {tool_choice!r}"
        )
    return {"tools": formatted, "tool_choice": choice}


def answer_parameters(schema: Any, method: str, strict: bool | None) -> dict[str, Any]:
    """Return the parameters that make a model answer in a schema; ValueError for an unknown method."""
    match method:
        case "function_calling":
            parameters = tool_parameters([schema], "any", strict)
        case "json_schema":
            parameters = {"response_format": {"type": "json_schema", "json_schema": _described(schema, strict)}}
        case "json_mode":
            parameters = {"response_format": {"type": "json_object"}}
        case _:
            raise ValueError(f"method must be function_calling, json_schema or json_mode, not {method!r}")
    return {**parameters, "ls_structured_output_format": {"kwargs": {"method": method}, "schema": schema}}


def answer_parser(schema: Any, method: str) -> Runnable[Any, Any]:
    """Return what reads the answer: pydantic classes give their objects, other schemas give dicts."""
    is_model = isinstance(schema, type) and is_basemodel_subclass(schema)
    if method != "function_calling":
        return PydanticOutputParser(pydantic_object=schema) if is_model else JsonOutputParser()
    if is_model:
        return PydanticToolsParser(tools=[schema], first_tool_only=True)
    name = convert_to_openai_tool(schema)["function"]["name"]
    return JsonOutputKeyToolsParser(key_name=name, first_tool_only=True)


def beside_raw(llm: Runnable[Any, Any], parser: Runnable[Any, Any]) -> Runnable[Any, Any]:
    """Return a runnable that answers with `raw`, `parsed` and `parsing_error`."""
    read = RunnablePassthrough.assign(parsed=itemgetter("raw") | parser, parsing_error=lambda _: None)
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=llm).pipe(read.with_fallbacks([failed], exception_key="parsing_error"))


def _described(schema: Any, strict: bool | None) -> dict[str, Any]:
    described = convert_to_json_schema(schema, strict=strict)
    body = {"name": described["title"], "description": described.get("description"), "schema": described}
    return {name: value for name, value in {**body, "strict": strict}.items() if value is not None}
