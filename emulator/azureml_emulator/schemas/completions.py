"""Serverless text completions: the OpenAI-style route of Llama 2 and other base models."""

from collections.abc import Iterator
from typing import Any

from azureml_emulator import tokens
from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Chunk, Fields, Prompt, Reading, Schema, Scoring
from azureml_emulator.serverless import Envelope, FinishReason, Sampling, envelope


class Request(Sampling):
    """The whole body. One prompt only: a list is refused, as Microsoft's server does (measured)."""

    prompt: str


class Choice(Fields):
    """The answer."""

    index: int
    text: str
    logprobs: None
    finish_reason: FinishReason | None


class Response(Envelope):
    """The whole answer."""

    choices: list[Choice]


def read(body: Request) -> Reading:
    """One prompt; 16 tokens unless the caller says otherwise (documented default of the Llama route)."""
    return Reading((Prompt(body.prompt),), body.parameters("prompt"), stream=bool(body.stream), max_tokens=16)


def _choice(text: str, finish_reason: str | None) -> dict[str, Any]:
    return {"text": text, "logprobs": None, "finish_reason": finish_reason}


def write(scoring: Scoring) -> dict[str, Any]:
    """The answer in its envelope."""
    answer = scoring.answers[0]
    return envelope(scoring, "text_completion", _choice(answer.text, answer.finish_reason), usage=scoring.usage)


def stream(scoring: Scoring) -> Iterator[Chunk]:
    """The answer token by token; the last chunk has the finish reason and the usage."""
    answer = scoring.answers[0]
    for piece in tokens.split(answer.text):
        yield envelope(scoring, "text_completion", _choice(piece, None)), 1
    yield envelope(scoring, "text_completion", _choice("", answer.finish_reason), usage=scoring.usage), 0


SCHEMA = Schema(
    name="completions",
    about="Serverless text completions, plain or streamed",
    api_type=SERVERLESS,
    server=LLM_SERVER,
    paths=("/completions", "/v1/completions"),
    request=Request,
    response=Response,
    read=read,
    write=write,
    stream=stream,
    example={"prompt": "Math is a", "max_tokens": 30, "temperature": 0.7},
    evidence="documented: Llama's serverless reference; measured: Microsoft's LLM server",
)
