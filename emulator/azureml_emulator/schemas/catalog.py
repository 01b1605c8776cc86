"""The model catalog's third generation (from December 2023): a list as `input_data`, `params` beside it.

The two generations before it are taken as well, and answered in their own form.
"""

from typing import Annotated, Any

from azureml_emulator import generations
from azureml_emulator.generations import GENERATIONS, Generation, Row
from azureml_emulator.schema import Reading, Schema

Request: Any = Annotated[Generation, GENERATIONS]
Response = list[str] | list[Row]


def read(body: Generation) -> Reading:
    """A prompt for each string; the answer repeats it unless the parameters say otherwise."""
    return generations.read(body, full_text=True)


SCHEMA = Schema(
    name="catalog",
    about="Text generation, generation 3: what the catalog's cards for GPT-2, Dolly and Orca show today",
    request=Request,
    response=Response,
    read=read,
    write=generations.write,
    example={
        "input_data": ["I believe the meaning of life is"],
        "params": {"top_p": 1.0, "temperature": 0.8, "max_new_tokens": 100, "return_full_text": True},
    },
    variants=(
        {"input_data": {"input_string": ["Once upon a time,"], "parameters": {"max_new_tokens": 50}}},
        {"inputs": {"input_string": ["Once upon a time,"]}, "parameters": {"max_new_tokens": 50}},
    ),
    models=("gpt2", "gpt2-*", "distilgpt2", "microsoft-Orca-2-*"),
    evidence="documented: model cards of gpt2, databricks-dolly-v2-12b, Orca-2-7b (current and earlier)",
)
