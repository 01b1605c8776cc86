"""Llama 2 base and others, second generation: parameters inside `input_data`, a row for each prompt."""

from typing import Literal

from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, Texts


class InputData(Fields):
    """Prompts and parameters."""

    input_string: Texts
    parameters: Parameters = {}


class Request(Fields):
    """The whole body."""

    input_data: InputData


Response = list[dict[Literal["0"], str]]


def read(body: Request) -> Reading:
    """A prompt for each string."""
    data = body.input_data
    return Reading(tuple(map(Prompt, data.input_string)), data.parameters, full_text=True)


def write(scoring: Scoring) -> Response:
    """A row for each answer, as the MLflow server gives it."""
    return [{"0": text} for text in scoring.texts]


SCHEMA = Schema(
    name="llama",
    about="Text generation, generation 2: Llama 2 base, CodeLlama, Falcon, Mistral and Mixtral base, phi-2",
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={
        "input_data": {
            "input_string": ["I believe the meaning of life is"],
            "parameters": {"top_p": 0.9, "temperature": 0.6, "max_new_tokens": 100, "do_sample": True},
        }
    },
    models=(
        "Llama-2-7b",
        "Llama-2-13b",
        "Llama-2-70b",
        "CodeLlama-*-hf",
        "tiiuae-falcon-*",
        "Deci-DeciLM-*",
        "Deci-DeciCoder-*",
        "projecte-aina-*",
        "snowflake-arctic-base",
        "microsoft-phi-2",
        "*Mistral-7B-v*",
        "*Mixtral-8x7B-v*",
    ),
    evidence="documented: model cards of Llama-2-7b, CodeLlama, Falcon, Mistral-7B and others",
)
