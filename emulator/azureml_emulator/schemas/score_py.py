"""A score.py as in Microsoft's first examples: rows of numbers as `data`, a list of numbers back.

Its run() has no decorator (documented: that score.py loads the text as JSON by itself), so that whatever it does not
understand is the same 500 in the container, and only the log says why; here the journal does.
"""

import json
from typing import Any

from azureml_emulator.regression import predicted
from azureml_emulator.schema import Fields, Prompt, Reading, Schema, Scoring


class Request(Fields):
    """The whole body."""

    data: list[list[Any] | dict[str, Any]]


Response = list[float]


def read(body: Request) -> Reading:
    """A prompt for each row: the row as JSON."""
    return Reading(tuple(Prompt(json.dumps(row)) for row in body.data))


def write(scoring: Scoring) -> Response:
    """A number for each row, as `model.predict` gives; an answer that is a number is the prediction."""
    rows = [json.loads(prompt.text) for prompt in scoring.reading.prompts]
    return [predicted(scoring.home, row, said) for row, said in zip(rows, scoring.texts, strict=True)]


SCHEMA = Schema(
    name="score-py",
    about="A score.py as in Microsoft's first examples: rows of numbers in `data`, a number for each",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    undecorated=True,
    example={"data": [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]]},
    evidence="documented: cli/endpoints/online/model-1 of Microsoft's examples",
)
