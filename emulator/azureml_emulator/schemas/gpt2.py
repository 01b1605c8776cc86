"""GPT-2 and its kin, first generation (to mid 2023): `inputs.input_string`, and a row for each prompt."""

from typing import Literal

from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, Texts


class Inputs(Fields):
    """Where the prompts are."""

    input_string: Texts


class Request(Fields):
    """The whole body."""

    inputs: Inputs
    parameters: Parameters = {}


Response = list[dict[Literal["0"], str]]


def read(body: Request) -> Reading:
    """A prompt for each string."""
    return Reading(tuple(map(Prompt, body.inputs.input_string)), body.parameters, full_text=True)


def write(scoring: Scoring) -> Response:
    """A row for each answer."""
    return [{"0": text} for text in scoring.texts]


SCHEMA = Schema(
    name="gpt2",
    about="Text generation, generation 1: GPT-2, distilgpt2, OPT and others of the first catalog",
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={
        "inputs": {"input_string": ["My name is John and I am"]},
        "parameters": {"temperature": 0.8, "max_new_tokens": 100},
    },
    evidence="documented: request files in Microsoft's examples; model cards of 2023-06",
)
