"""Tools and structured output, in OpenAI's shape."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
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


def response_format(schema: Any, method: str, strict: bool | None) -> dict[str, Any]:
    """Return the parameter `response_format` for the methods `json_schema` and `json_mode`."""
    if method == "json_mode":
        return {"type": "json_object"}
    described = convert_to_json_schema(schema, strict=strict)
    name = described["title"]
    body: dict[str, Any] = {"name": name, "schema": described}
    if description := described.get("description"):
        body["description"] = description
    if strict is not None:
        body["strict"] = strict
    return {"type": "json_schema", "json_schema": body}


def parsed(llm: Runnable[LanguageModelInput, Any], schema: Any, *, include_raw: bool) -> Runnable[Any, Any]:
    """Return `llm` with its JSON answer read as `schema`, and with the message beside it if asked for."""
    is_model = isinstance(schema, type) and is_basemodel_subclass(schema)
    parser: Any = PydanticOutputParser(pydantic_object=schema) if is_model else JsonOutputParser()
    if not include_raw:
        return llm | parser
    read = RunnablePassthrough.assign(parsed=itemgetter("raw") | parser, parsing_error=lambda _: None)
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=llm) | read.with_fallbacks([failed], exception_key="parsing_error")
