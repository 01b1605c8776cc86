"""Phi-1.5: second generation in, but out comes an object with a list, unlike any other model's."""

from typing import Literal

from azureml_emulator.generations import Second, read
from azureml_emulator.schema import Reading, Schema, Scoring

Request = Second
Response = dict[Literal["output"], list[str]]


def _read(body: Second) -> Reading:
    return read(body, full_text=True)


def write(scoring: Scoring) -> Response:
    """A string for each answer."""
    return {"output": scoring.texts}


SCHEMA = Schema(
    name="phi-1-5",
    about="Text generation by Phi-1.5: generation 2, answered by `output` with a list",
    request=Request,
    response=Response,
    read=_read,
    write=write,
    example={
        "input_data": {
            "input_string": ["def is_even("],
            "parameters": {"top_p": 0.9, "temperature": 0.6, "max_new_tokens": 100, "do_sample": True},
        }
    },
    models=("microsoft-phi-1-5",),
    evidence="documented: model card of microsoft-phi-1-5",
)
