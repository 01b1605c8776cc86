"""Serverless chat completions, the Azure AI Model Inference API: plain, or as server-sent events."""

from collections.abc import Iterator
from typing import Any, Literal

from azureml_emulator import tokens
from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Chunk, Fields, Prompt, Reading, Schema, Scoring, Turns
from azureml_emulator.serverless import Envelope, FinishReason, Sampling, envelope


class Request(Sampling):
    """The whole body."""

    messages: Turns


class Said(Fields):
    """The assistant's message."""

    role: Literal["assistant"]
    content: str
    tool_calls: None


class Choice(Fields):
    """The answer."""

    index: int
    message: Said
    finish_reason: FinishReason
    logprobs: None


class Response(Envelope):
    """The whole answer."""

    choices: list[Choice]


def read(body: Request) -> Reading:
    """One prompt: the conversation. 256 tokens unless the caller says otherwise (read in Microsoft's server)."""
    prompt = Prompt.chat(body.messages)
    return Reading((prompt,), body.parameters("messages"), stream=bool(body.stream), max_tokens=256)


def write(scoring: Scoring) -> dict[str, Any]:
    """The answer in its envelope."""
    answer = scoring.answers[0]
    message = {"role": "assistant", "content": answer.text, "tool_calls": None}
    choice = {"message": message, "finish_reason": answer.finish_reason, "logprobs": None}
    return envelope(scoring, "chat.completion", choice, usage=scoring.usage)


def stream(scoring: Scoring) -> Iterator[Chunk]:
    """The role, then the answer token by token, then finish reason and usage in one last chunk (documented)."""
    answer = scoring.answers[0]
    yield _event(scoring, {"role": "assistant", "content": ""}), 0
    for piece in tokens.split(answer.text):
        yield _event(scoring, {"content": piece}), 1
    yield _event(scoring, {"content": ""}, answer.finish_reason, usage=scoring.usage), 0


def _event(scoring: Scoring, delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"delta": delta, "finish_reason": finish_reason, "logprobs": None}
    return envelope(scoring, "chat.completion.chunk", choice, **more)


SCHEMA = Schema(
    name="chat",
    about="Serverless chat completions, plain or streamed",
    api_type=SERVERLESS,
    server=LLM_SERVER,
    paths=("/models/chat/completions", "/chat/completions", "/v1/chat/completions"),
    request=Request,
    response=Response,
    read=read,
    write=write,
    stream=stream,
    example={
        "messages": [
            {"role": "system", "content": "You are a helpful assistant."},
            {"role": "user", "content": "How many languages are in the world?"},
        ],
        "max_tokens": 100,
    },
    evidence="documented: Azure AI Model Inference reference and its REST samples; measured: Microsoft's LLM server",
)
