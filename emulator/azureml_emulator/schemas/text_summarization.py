"""Text summarization by the catalog's models: texts in, a summary of each out."""

from typing import Annotated, Any

from azureml_emulator import generations
from azureml_emulator.generations import GENERATIONS, Generation, Row
from azureml_emulator.schema import Reading, Schema

Request: Any = Annotated[Generation, GENERATIONS]
Response = list[str] | list[Row]


def read(body: Generation) -> Reading:
    """A text to sum up for each string."""
    return generations.read(body)


SCHEMA = Schema(
    name="text-summarization",
    about="Text summarization: BART and DistilBART of the catalog",
    request=Request,
    response=Response,
    read=read,
    write=generations.write,
    example={
        "input_data": [
            "The lighthouse was built in 1811 on a reef that is bare for a few hours a day. It still stands there."
        ]
    },
    variants=(
        {"input_data": {"input_string": ["The reef is bare for a few hours a day."]}},
        {"inputs": {"input_string": ["The reef is bare for a few hours a day."]}},
    ),
    models=("facebook-bart-large-cnn", "sshleifer-distilbart-cnn-*"),
    evidence="documented: model card of facebook-bart-large-cnn; request file in Microsoft's examples",
)
