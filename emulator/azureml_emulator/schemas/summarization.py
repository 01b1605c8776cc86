"""Summarization as in LangChain's BART example: `inputs`, `parameters`, `options`; `summary_text` comes back."""

from typing import Any, Literal

from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, Texts


class Request(Fields):
    """The whole body."""

    inputs: Texts
    parameters: Parameters = {}
    options: dict[str, Any] = {}


Response = list[dict[Literal["summary_text"], str]]


def read(body: Request) -> Reading:
    """A text to sum up for each string."""
    return Reading(tuple(map(Prompt, body.inputs)), body.parameters)


def write(scoring: Scoring) -> Response:
    """A row for each summary."""
    return [{"summary_text": text} for text in scoring.texts]


SCHEMA = Schema(
    name="summarization",
    about="Summarization with BART, as LangChain's documentation calls it",
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={
        "inputs": ["The tower is 324 metres tall, about the same height as an 81-storey building."],
        "parameters": {"temperature": 0.8, "max_new_tokens": 400},
        "options": {"use_cache": False, "wait_for_model": True},
    },
    evidence="documented: the custom formatter of LangChain's Azure ML page",
)
