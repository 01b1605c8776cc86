"""Cohere's own chat route, version 1: `message` and `chat_history`, streamed as lines of JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from azureml_emulator import tokens
from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Answer, Chunk, Fields, Prompt, Reading, Schema, Scoring
from azureml_emulator.serverless.cohere import LINES, Body, Meta, counts, finished, meta
from azureml_emulator.serverless.sampling import Count
from azureml_emulator.serverless.tools import called

_ROLES = {"USER": "user", "CHATBOT": "assistant", "SYSTEM": "system", "TOOL": "tool"}
_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "list": "array", "dict": "object"}
_CALLS = "calls"


class Said(Fields, extra="allow"):
    """A message of before."""

    role: Literal["USER", "CHATBOT", "SYSTEM", "TOOL"]
    message: str = ""


class Parameter(Fields, extra="allow"):
    """What a tool wants to be told; `type` is a type of Python's."""

    type: str
    description: str | None = None
    required: bool | None = None


class Tool(Fields, extra="allow"):
    """A tool that the model may call."""

    name: str
    description: str = ""
    parameter_definitions: dict[str, Parameter] | None = None


class Request(Body):
    """The whole body. With `tools`, and without results of theirs, the model calls one."""

    message: str
    chat_history: list[Said] = []
    stream: bool | None = None
    max_tokens: Count | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    seed: int | None = None
    stop_sequences: list[str] | None = None
    documents: list[dict[str, Any]] | None = None
    tools: list[Tool] | None = None
    tool_results: list[dict[str, Any]] | None = None


class Response(Fields):
    """The whole answer."""

    response_id: str
    text: str
    generation_id: str
    finish_reason: Literal["COMPLETE", "ERROR", "ERROR_TOXIC", "ERROR_LIMIT", "USER_CANCEL", "MAX_TOKENS"]
    token_count: dict[str, int]
    meta: Meta
    citations: list[dict[str, Any]] | None = None
    documents: list[dict[str, Any]] | None = None
    tool_calls: list[dict[str, Any]] | None = None


def read(body: Request) -> Reading:
    """One prompt: the message after its history; results of tools are the last thing said."""
    history = [{"role": _ROLES[one.role], "content": one.message} for one in body.chat_history]
    text = json.dumps([one.get("outputs") for one in body.tool_results]) if body.tool_results else body.message
    said = [{"role": "user", "content": body.message}]
    said += [{"role": "tool", "content": text}] if body.tool_results else []
    return Reading(
        (Prompt(text, (*history, *said)),),
        body.parameters("message", "chat_history"),
        stream=bool(body.stream),
        form=_CALLS if body.tools and not body.tool_results else "",
    )


def settle(scoring: Scoring) -> Sequence[Answer]:
    """Call a tool in the place of each answer."""
    parameters = scoring.reading.parameters
    tools = [{"function": {**one, "parameters": _schema(one)}} for one in parameters["tools"]]
    draw = scoring.draw_of(0)
    return [called(scoring.reading.prompts[0].text, {"tools": tools}, draw) for _ in scoring.answers]


def _schema(tool: Mapping[str, Any]) -> dict[str, Any]:
    wanted = tool.get("parameter_definitions") or {}
    known = {name: {"type": _TYPES.get(one["type"].lower(), "string")} for name, one in wanted.items()}
    return {
        "type": "object",
        "properties": known,
        "required": [name for name, one in wanted.items() if one.get("required")],
        "additionalProperties": False,
    }


def write(scoring: Scoring) -> dict[str, Any]:
    """The answer, its counts, and what documents and tools bring with them (documented)."""
    answer, counted = scoring.answers[0], counts(scoring)
    total = sum(counted.values())
    whole: dict[str, Any] = {
        "response_id": scoring.draw.guid(b"response"),
        "text": answer.text,
        "generation_id": scoring.draw.guid(b"generation"),
        "finish_reason": finished(answer, "1"),
        "token_count": {
            "prompt_tokens": counted["input_tokens"],
            "response_tokens": counted["output_tokens"],
            "total_tokens": total,
            "billed_tokens": total,
        },
        "meta": meta("1", **counted),
    }
    if documents := scoring.reading.parameters.get("documents"):
        whole |= _grounded(answer.text, documents)
    if answer.calls:
        whole["tool_calls"] = [{"name": one.name, "parameters": json.loads(one.arguments)} for one in answer.calls]
    return whole


def _grounded(text: str, documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Cite each document by the first of its words, of four letters or more, that the answer has."""
    citations: list[dict[str, Any]] = []
    cited: list[dict[str, Any]] = []
    for at, document in enumerate(documents):
        name = document.get("id") or f"doc_{at}"
        words = (word for value in document.values() if isinstance(value, str) for word in value.split())
        found = next((word for word in words if len(word) > 3 and word in text), None)
        if found:
            start = text.index(found)
            citations.append({"start": start, "end": start + len(found), "text": found, "document_ids": [name]})
            cited.append({"id": name, **document})
    return {"citations": citations, "documents": cited}


def stream(scoring: Scoring) -> Iterator[Chunk]:
    """The start, the text token by token, and at the end the whole answer once more (documented)."""
    whole = write(scoring)
    yield {"is_finished": False, "event_type": "stream-start", "generation_id": whole["generation_id"]}, 0
    for token in tokens.split(whole["text"]):
        yield {"is_finished": False, "event_type": "text-generation", "text": token}, 1
    if "tool_calls" in whole:
        event = {"event_type": "tool-calls-generation", "tool_calls": whole["tool_calls"]}
        yield {"is_finished": False, **event}, scoring.answers[0].tokens
    end = {"event_type": "stream-end", "finish_reason": whole["finish_reason"], "response": whole}
    yield {"is_finished": True, **end}, 0


SCHEMA = Schema(
    name="cohere-chat",
    about="Cohere's own chat route, version 1, plain or streamed",
    api_type=SERVERLESS,
    server=LLM_SERVER,
    paths=("/v1/chat",),
    request=Request,
    response=Response,
    read=read,
    write=write,
    stream=stream,
    framing=LINES,
    settle=settle,
    task="chat-completions",
    example={
        "message": "Which skills does a beekeeper need?",
        "chat_history": [
            {"role": "USER", "message": "I would like to work outdoors."},
            {"role": "CHATBOT", "message": "You could become a beekeeper."},
        ],
    },
    variants=(
        {
            "message": "Buy 4 'pears' please",
            "tools": [
                {
                    "name": "shop",
                    "description": "Buys things",
                    "parameter_definitions": {
                        "item": {"type": "str", "required": True},
                        "quantity": {"type": "int", "required": True},
                    },
                }
            ],
        },
        {"message": "Where do puffins nest?", "documents": [{"snippet": "puffins nest in burrows"}]},
    ),
    beside=("cohere-chat-v2", "chat"),
    models=("Cohere-command-*",),
    evidence="documented: Microsoft's guide to Cohere Command models; unverified: the stream's content type",
)
