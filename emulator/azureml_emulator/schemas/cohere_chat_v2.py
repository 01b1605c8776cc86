"""Cohere's own chat route, version 2: `messages`, and typed events when streamed."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from azureml_emulator import tokens
from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Answer, Chunk, Fields, Prompt, Reading, Schema, Scoring
from azureml_emulator.serverless.cohere import EVENTS, Body, counts, finished
from azureml_emulator.serverless.conversation import ChatTurns, answering
from azureml_emulator.serverless.sampling import Count
from azureml_emulator.serverless.tools import Tool, called, due, written

_CALLS = "calls"


class Request(Body):
    """The whole body."""

    messages: ChatTurns
    stream: bool | None = None
    max_tokens: Count | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    seed: int | None = None
    stop_sequences: list[str] | None = None
    tools: list[Tool] | None = None
    tool_choice: Literal["REQUIRED", "NONE"] | None = None


class Message(Fields):
    """The assistant's message: parts of text, or calls of tools."""

    role: Literal["assistant"]
    content: list[dict[str, str]] | None = None
    tool_plan: str | None = None
    tool_calls: list[dict[str, Any]] | None = None


class Response(Fields):
    """The whole answer."""

    id: str
    finish_reason: Literal["COMPLETE", "STOP_SEQUENCE", "MAX_TOKENS", "TOOL_CALL", "ERROR", "ERROR_TOXIC"]
    message: Message
    usage: dict[str, dict[str, int]]


def read(body: Request) -> Reading:
    """One prompt: the conversation."""
    answering(body.messages)
    role = body.messages[-1].role if body.messages else ""
    calls = due(body.tools, body.tool_choice and body.tool_choice.lower(), role)
    return Reading(
        (Prompt.chat(body.messages),),
        body.parameters("messages"),
        stream=bool(body.stream),
        form=_CALLS if calls else "",
    )


def settle(scoring: Scoring) -> Sequence[Answer]:
    """Call a tool in the place of each answer."""
    prompt, parameters = scoring.reading.prompts[0].text, scoring.reading.parameters
    return [called(prompt, {"tools": parameters["tools"]}, scoring.draw_of(0)) for _ in scoring.answers]


def _usage(scoring: Scoring) -> dict[str, Any]:
    counted = counts(scoring)
    return {"billed_units": counted, "tokens": counted}


def _calls(scoring: Scoring) -> list[dict[str, Any]]:
    calls = [written(call, scoring.draw, b"%d" % at) for at, call in enumerate(scoring.answers[0].calls)]
    return [{**one, "function": {k: v for k, v in one["function"].items() if k != "call_id"}} for one in calls]


def write(scoring: Scoring) -> dict[str, Any]:
    """The answer as one part of text, or the calls after what the model means to do with them."""
    answer = scoring.answers[0]
    message: dict[str, Any] = {"role": "assistant"}
    if answer.calls:
        message |= {"tool_plan": _plan(answer), "tool_calls": _calls(scoring)}
    else:
        message["content"] = [{"type": "text", "text": answer.text}]
    end = finished(answer, "2")
    return {"id": scoring.draw.guid(b"answer"), "finish_reason": end, "message": message, "usage": _usage(scoring)}


def _plan(answer: Answer) -> str:
    return f"I will call {' and '.join(one.name for one in answer.calls)}."


def stream(scoring: Scoring) -> Iterator[Chunk]:
    """The typed events of Cohere's reference, in its order."""
    answer = scoring.answers[0]
    started = {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}}
    yield {"id": scoring.draw.guid(b"answer"), "type": "message-start", "delta": started}, 0
    yield from _called(scoring) if answer.calls else _said(answer)
    yield {"type": "message-end", "delta": {"finish_reason": finished(answer, "2"), "usage": _usage(scoring)}}, 0


def _said(answer: Answer) -> Iterator[Chunk]:
    yield _delta("content-start", 0, content={"type": "text", "text": ""}), 0
    for token in tokens.split(answer.text):
        yield _delta("content-delta", 0, content={"text": token}), 1
    yield {"type": "content-end", "index": 0}, 0


def _called(scoring: Scoring) -> Iterator[Chunk]:
    yield {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": _plan(scoring.answers[0])}}}, 1
    for at, call in enumerate(_calls(scoring)):
        whole = call["function"]["arguments"]
        yield _delta("tool-call-start", at, tool_calls={**call, "function": {**call["function"], "arguments": ""}}), 1
        for token in tokens.split(whole):
            yield _delta("tool-call-delta", at, tool_calls={"function": {"arguments": token}}), 1
        yield {"type": "tool-call-end", "index": at}, 0


def _delta(kind: str, index: int, **message: Any) -> dict[str, Any]:
    return {"type": kind, "index": index, "delta": {"message": message}}


SCHEMA = Schema(
    name="cohere-chat-v2",
    about="Cohere's own chat route, version 2, plain or streamed",
    api_type=SERVERLESS,
    server=LLM_SERVER,
    paths=("/v2/chat",),
    request=Request,
    response=Response,
    read=read,
    write=write,
    stream=stream,
    framing=EVENTS,
    settle=settle,
    task="chat-completions",
    example={"messages": [{"role": "user", "content": "Which skills does a beekeeper need?"}]},
    evidence="unverified: Cohere's own reference and client; Azure documents version 1 only",
)
