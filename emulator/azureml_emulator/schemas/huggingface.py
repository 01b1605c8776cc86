"""Hugging Face text generation as LangChain's HFContentFormatter speaks it: `inputs` is a list of prompts."""

from typing import Literal

from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, Texts


class Request(Fields):
    """The whole body."""

    inputs: Texts
    parameters: Parameters = {}


Response = list[dict[Literal["0"], dict[Literal["generated_text"], str]]]


def read(body: Request) -> Reading:
    """A prompt for each string."""
    return Reading(tuple(map(Prompt, body.inputs)), body.parameters, full_text=True)


def write(scoring: Scoring) -> Response:
    """A row for each answer, its text one level down."""
    return [{"0": {"generated_text": text}} for text in scoring.texts]


SCHEMA = Schema(
    name="huggingface",
    about="Hugging Face text generation in Azure ML's row form",
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={"inputs": ["The answer to the universe is"], "parameters": {"max_new_tokens": 50}},
    evidence="measured: LangChain's Hugging Face formatter; no Microsoft sample of it was found",
)
