"""Serverless text completions: the OpenAI-style route of Llama 2 and other base models."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from azureml_emulator import tokens
from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.draw import canonical
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Chunk, Fields, Prompt, Reading, Schema, Scoring
from azureml_emulator.serverless.envelope import Envelope, FinishReason, Piece, chunks, envelope
from azureml_emulator.serverless.logprobs import TextLogprobs, of_text, parts
from azureml_emulator.serverless.sampling import EXTRA, Sampling, Several, standard


class Request(Sampling):
    """The whole body. One prompt only: a list is refused, as Microsoft's server does (measured)."""

    prompt: str
    best_of: Annotated[Several | None, EXTRA] = None
    logprobs: Annotated[Annotated[int, Field(ge=0, le=5)] | None, EXTRA] = None
    echo: Annotated[bool | None, EXTRA] = None


class Choice(Fields):
    """The answer."""

    index: int
    text: str
    logprobs: TextLogprobs | None
    finish_reason: FinishReason | None


class Response(Envelope):
    """The whole answer."""

    choices: list[Choice]


def read(body: Request) -> Reading:
    """One prompt; 16 tokens unless the caller says otherwise (documented default of the Llama route)."""
    return Reading(
        (Prompt(body.prompt),),
        body.parameters("prompt"),
        stream=bool(body.stream),
        max_tokens=16,
        choices=body.n or 1,
    )


def _choice(text: str, told: Any, finish_reason: str | None) -> Piece:
    return {"text": text, "logprobs": told, "finish_reason": finish_reason}


def _text(scoring: Scoring, index: int) -> str:
    """Give the answer's text, the prompt before it if `echo` asks for that."""
    text = scoring.answers[index].text
    return scoring.reading.prompts[0].text + text if scoring.reading.parameters.get("echo") else text


def _logprobs(scoring: Scoring, index: int) -> dict[str, Any] | None:
    parameters = scoring.reading.parameters
    if parameters.get("logprobs") is None:
        return None
    draw = scoring.draw_of(0).within(canonical([parameters.get("seed"), index]))
    return of_text(_text(scoring, index), parameters, draw)


def write(scoring: Scoring) -> dict[str, Any]:
    """The answers in their envelope."""
    choices = [
        {"index": index, **_choice(_text(scoring, index), _logprobs(scoring, index), answer.finish_reason)}
        for index, answer in enumerate(scoring.answers)
    ]
    return envelope(scoring, "text_completion", choices, usage=scoring.usage)


def stream(scoring: Scoring) -> Iterator[Chunk]:
    """The answer token by token; the last chunk has the finish reason and the usage."""
    last = [_choice("", None, answer.finish_reason) for answer in scoring.answers]
    runs = [list(_pieces(scoring, index)) for index in range(len(last))]
    return chunks(scoring, "text_completion", runs, last)


def _pieces(scoring: Scoring, index: int) -> Iterator[Piece]:
    whole = _logprobs(scoring, index)
    told = parts(whole) if whole else None
    for at, token in enumerate(tokens.split(_text(scoring, index))):
        yield _choice(token, told and told[at], None)


SCHEMA = Schema(
    name="completions",
    about="Serverless text completions, plain or streamed",
    api_type=SERVERLESS,
    server=LLM_SERVER,
    paths=("/completions", "/v1/completions", "/openai/v1/completions"),
    request=Request,
    response=Response,
    read=read,
    write=write,
    stream=stream,
    standard=standard(Request),
    task="text-generation",
    example={"prompt": "Math is a", "max_tokens": 30, "temperature": 0.7},
    models=("Llama-2-7b", "Llama-2-13b", "Llama-2-70b", "Meta-Llama-3-8B", "Meta-Llama-3-70B", "Meta-Llama-3.1-8B"),
    evidence="documented: Llama's serverless reference; measured: Microsoft's LLM server",
)
