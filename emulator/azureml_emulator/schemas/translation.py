"""Translation by T5: the text says what to do (third generation), or `task_type` among the parameters does."""

from typing import Annotated, Any

from azureml_emulator import generations
from azureml_emulator.generations import GENERATIONS, Generation, Row
from azureml_emulator.schema import Reading, Schema

Request: Any = Annotated[Generation, GENERATIONS]
Response = list[str] | list[Row]


def read(body: Generation) -> Reading:
    """A text to translate for each string."""
    return generations.read(body)


SCHEMA = Schema(
    name="translation",
    about="Translation: T5 of the catalog",
    request=Request,
    response=Response,
    read=read,
    write=generations.write,
    example={"input_data": ["translate English to French: The ferry leaves at noon"]},
    variants=(
        {
            "input_data": {
                "input_string": ["The ferry leaves at noon"],
                "parameters": {"task_type": "translation_en_to_fr"},
            }
        },
        {
            "inputs": {"input_string": ["The ferry leaves at noon"]},
            "parameters": {"task_type": "translation_en_to_ro"},
        },
    ),
    models=("t5-*",),
    evidence="documented: model cards of t5-small, t5-base, t5-large; request files in Microsoft's examples",
)
