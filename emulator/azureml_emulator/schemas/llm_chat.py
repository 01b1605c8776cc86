"""Chat completions on a dedicated endpoint: what Microsoft's LLM server has beside `/score`.

As on serverless endpoints, but for what this server does otherwise: `temperature` goes up to 1, tools need a
`description` and are refused even so, answers have no `logprobs` but an empty list of `tool_calls`, and streams tell
no usage.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import FailFast

from azureml_emulator.errors import ToolsUnsupported
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Chunk, Fields, Reading, Schema, Scoring
from azureml_emulator.schemas import chat
from azureml_emulator.serverless.conversation import ServerTurn
from azureml_emulator.serverless.envelope import Envelope, FinishReason, quiet
from azureml_emulator.serverless.sampling import Share, standard
from azureml_emulator.serverless.tools import Function, Tool


class Described(Function):
    """What a tool is, with a description."""

    description: str


class DescribedTool(Tool):
    """A tool."""

    function: Described


class Request(chat.Request):
    """The whole body."""

    messages: Annotated[list[ServerTurn], FailFast()]  # type: ignore[assignment]
    temperature: Share | None = None
    tools: list[DescribedTool] | None = None  # type: ignore[assignment]


class Said(Fields):
    """The assistant's message."""

    role: str
    content: str
    tool_calls: list[None]


class Choice(Fields):
    """The answer."""

    index: int
    message: Said
    finish_reason: FinishReason


class Response(Envelope):
    """The whole answer."""

    choices: list[Choice]


def read(body: Request) -> Reading:
    """One prompt: the conversation. Raises `ToolsUnsupported` where there are tools."""
    if body.tools:
        raise ToolsUnsupported
    return chat.read(body)


def write(scoring: Scoring) -> dict[str, Any]:
    """The answers in their envelope."""
    whole = chat.write(scoring)
    for choice in whole["choices"]:
        choice["message"]["tool_calls"] = []
        del choice["logprobs"]
    return whole


def stream(scoring: Scoring) -> Iterator[Chunk]:
    """The role, the answer token by token, the finish reason."""
    for value, carried in quiet(chat.stream(scoring), scoring):
        for choice in value["choices"]:
            del choice["logprobs"]
        yield value, carried


SCHEMA = Schema(
    name="llm-chat",
    about="Chat completions on a dedicated endpoint's LLM server, plain or streamed",
    server=LLM_SERVER,
    paths=("/chat/completions", "/v1/chat/completions"),
    others=("/completions", "/v1/completions"),
    request=Request,
    response=Response,
    read=read,
    write=write,
    stream=stream,
    settle=chat.settle,
    standard=standard(Request),
    task="chat-completion",
    example={"messages": [{"role": "user", "content": "Which rivers meet in Passau?"}], "max_tokens": 100},
    evidence="measured: Microsoft's LLM server, llm-optimized-inference 0.2.58",
)
