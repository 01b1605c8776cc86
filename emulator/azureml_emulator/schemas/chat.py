"""Serverless chat completions, the Azure AI Model Inference API: plain, or as server-sent events."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field

from azureml_emulator import tokens
from azureml_emulator.api_type import SERVERLESS
from azureml_emulator.draw import Draw, canonical
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Answer, Chunk, Fields, Prompt, Reading, Schema, Scoring
from azureml_emulator.serverless.conversation import ChatTurns, answering
from azureml_emulator.serverless.envelope import Envelope, FinishReason, Piece, chunks, envelope
from azureml_emulator.serverless.logprobs import ChatLogprobs, of_tokens
from azureml_emulator.serverless.refusals import refusal
from azureml_emulator.serverless.response_format import ResponseFormat, in_json
from azureml_emulator.serverless.sampling import EXTRA, Count, Sampling, standard
from azureml_emulator.serverless.tools import Called, Tool, ToolChoice, called, due, written

_CALLS, _JSON = "calls", "json"


class Request(Sampling):
    """The whole body. `logprobs` and the other extra ones are as OpenAI documents them."""

    messages: ChatTurns
    response_format: ResponseFormat | None = None
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    modalities: list[str] | None = None
    logprobs: Annotated[bool | None, EXTRA] = None
    top_logprobs: Annotated[Annotated[int, Field(ge=0, le=20)] | None, EXTRA] = None
    max_completion_tokens: Annotated[Count | None, EXTRA] = None
    parallel_tool_calls: Annotated[bool | None, EXTRA] = None


class Said(Fields):
    """The assistant's message."""

    role: str
    content: str
    tool_calls: list[Called] | None


class Choice(Fields):
    """The answer."""

    index: int
    message: Said
    finish_reason: FinishReason
    logprobs: ChatLogprobs | None


class Response(Envelope):
    """The whole answer."""

    choices: list[Choice]


def read(body: Request) -> Reading:
    """One prompt: the conversation. 256 tokens unless the caller says otherwise (read in Microsoft's server)."""
    if body.top_logprobs and not body.logprobs:
        raise refusal("'top_logprobs' is only allowed when 'logprobs' is true", body.top_logprobs, "top_logprobs")
    answering(body.messages)
    prompt = Prompt.chat(body.messages)
    form = ""
    if body.tools or body.tool_choice:
        role = body.messages[-1].role if body.messages else ""
        form = _CALLS if due(body.tools, body.tool_choice, role) else ""
    if not form and body.response_format and body.response_format.type != "text":
        form = _JSON
    return Reading(
        (prompt,),
        body.parameters("messages"),
        stream=bool(body.stream),
        max_tokens=256,
        choices=body.n or 1,
        form=form,
    )


def settle(scoring: Scoring) -> Sequence[Answer]:
    """Make calls of tools, or JSON, of the answers where these are due."""
    form = scoring.reading.form
    if not form:
        return scoring.answers
    prompt, parameters = scoring.reading.prompts[0].text, scoring.reading.parameters
    draws = [_lasting(scoring, index) for index in range(len(scoring.answers))]
    if form == _CALLS:
        return [called(prompt, parameters, draw) for draw in draws]
    return [in_json(one, prompt, parameters, draw) for one, draw in zip(scoring.answers, draws, strict=True)]


def _lasting(scoring: Scoring, choice: int) -> Draw:
    """Give the randomness of a choice that stays the same when the same prompt comes with the same seed."""
    return scoring.draw_of(0).within(canonical([scoring.reading.parameters.get("seed"), choice]))


def write(scoring: Scoring) -> dict[str, Any]:
    """The answers in their envelope."""
    told = scoring.reading.parameters.get("logprobs")
    choices = [
        {
            "index": index,
            "message": {
                "role": "assistant",
                "content": answer.text,
                "tool_calls": _calls(scoring, index) if answer.calls else None,
            },
            "finish_reason": answer.finish_reason,
            "logprobs": _logprobs(scoring, index) if told else None,
        }
        for index, answer in enumerate(scoring.answers)
    ]
    return envelope(scoring, "chat.completion", choices, usage=scoring.usage)


def _calls(scoring: Scoring, index: int) -> list[dict[str, Any]]:
    """Write the calls of a choice; `content` beside them is empty, and there is a `call_id` of null (documented)."""
    calls = scoring.answers[index].calls
    return [written(call, scoring.draw, b"%d %d" % (index, at)) for at, call in enumerate(calls)]


def _logprobs(scoring: Scoring, index: int) -> dict[str, Any] | None:
    parameters = scoring.reading.parameters
    if not parameters.get("logprobs"):
        return None
    return {
        "content": of_tokens(scoring.answers[index].text, parameters, _lasting(scoring, index)),
        "refusal": None,
    }


def stream(scoring: Scoring) -> Iterator[Chunk]:
    """The role, then the answer token by token, then finish reason and usage in one last chunk (documented)."""
    kind = "chat.completion.chunk"
    several = range(len(scoring.answers))
    for value, _ in chunks(scoring, kind, [[_piece({"role": "assistant", "content": ""})] for _ in several], []):
        if value["choices"]:
            yield value, 0
    last = [_piece({"content": ""}, finish_reason=one.finish_reason) for one in scoring.answers]
    yield from chunks(scoring, kind, [list(_pieces(scoring, index)) for index in several], last)


def _pieces(scoring: Scoring, index: int) -> Iterator[Piece]:
    told = _logprobs(scoring, index)
    for at, token in enumerate(tokens.split(scoring.answers[index].text)):
        yield _piece({"content": token}, told and {**told, "content": told["content"][at : at + 1]})
    for at, call in enumerate(_calls(scoring, index)):
        yield _piece({"tool_calls": [{"index": at, **call, "function": {**call["function"], "arguments": ""}}]})
        for token in tokens.split(call["function"]["arguments"]):
            yield _piece({"tool_calls": [{"index": at, "function": {"arguments": token}}]})


def _piece(delta: dict[str, Any], told: Any = None, finish_reason: str | None = None) -> Piece:
    return {"delta": delta, "finish_reason": finish_reason, "logprobs": told}


SCHEMA = Schema(
    name="chat",
    about="Serverless chat completions, plain or streamed",
    api_type=SERVERLESS,
    server=LLM_SERVER,
    paths=(
        "/models/chat/completions",
        "/chat/completions",
        "/v1/chat/completions",
        "/openai/v1/chat/completions",
    ),
    request=Request,
    response=Response,
    read=read,
    write=write,
    stream=stream,
    settle=settle,
    standard=standard(Request),
    task="chat-completion",
    example={
        "messages": [
            {"role": "system", "content": "You are a helpful assistant."},
            {"role": "user", "content": "How many languages are in the world?"},
        ],
        "max_tokens": 100,
    },
    variants=(
        {
            "messages": [{"role": "user", "content": "What is the weather in 'Turin' in 3 days?"}],
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": "forecast",
                        "description": "Tells the weather of a town in some days",
                        "parameters": {
                            "type": "object",
                            "properties": {"town": {"type": "string"}, "days": {"type": "integer"}},
                            "required": ["town", "days"],
                        },
                    },
                }
            ],
            "tool_choice": "auto",
        },
        {
            "messages": [{"role": "user", "content": "Name a colour, as JSON."}],
            "response_format": {"type": "json_object"},
        },
    ),
    models=(
        "AI21-Jamba-*",
        "Codestral-*",
        "DeepSeek-*",
        "Llama-3.2-*-Vision-Instruct",
        "Llama-3.3-70B-Instruct",
        "Llama-4-*",
        "MAI-DS-R1",
        "Meta-Llama-3*-Instruct",
        "Ministral-*",
        "Mistral-Large*",
        "Mistral-Nemo",
        "Mistral-small*",
        "Mistral-medium*",
        "Phi-3*-instruct",
        "Phi-4*",
        "grok-*",
        "jais-30b-chat",
        "Llama-2-*-chat",
        "tsuzumi-7b",
    ),
    evidence="documented: Azure AI Model Inference reference and its REST samples; measured: Microsoft's LLM server",
)
