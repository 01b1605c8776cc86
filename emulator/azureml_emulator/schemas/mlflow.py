"""MLflow's models for tables: `input_data` is a table in split form, a tensor, or tensors by name; numbers come back.

Azure ML's server for MLflow models wants all of `columns`, `index` and `data`. It takes neither `dataframe_split`
nor `inputs`, as the open-source server does (documented).
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import model_validator

from azureml_emulator.frame import Cells, Frame
from azureml_emulator.generations import chosen, keys_of
from azureml_emulator.regression import predicted
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring


class Table(Frame):
    """A table; names of columns may be numbers."""

    columns: list[str | int]  # type: ignore[assignment]
    index: list[Any]

    def _cells(self, at: int, row: Any) -> Cells:
        names = [str(one) for one in self.columns]
        row = row if isinstance(row, list | dict) else [row]
        if len(row) != len(names):
            raise ValueError(f"row {at} has {len(row)} cells, but there are {len(names)} columns")
        return row if isinstance(row, dict) else dict(zip(names, row, strict=True))


class TableRequest(Fields):
    """The whole body with a table."""

    input_data: Table
    params: Parameters = {}


class TensorRequest(Fields):
    """The whole body with a tensor: a row for each item of the outer list."""

    input_data: list[Any]
    params: Parameters = {}


class NamedTensors(Fields):
    """The whole body with tensors by name, all of them with as many rows."""

    input_data: dict[str, list[Any]]
    params: Parameters = {}

    @model_validator(mode="after")
    def _as_long(self) -> "NamedTensors":
        lengths = {name: len(rows) for name, rows in self.input_data.items()}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"expected tensors of one length, not {json.dumps(lengths)}")
        return self


Form = TableRequest | TensorRequest | NamedTensors


def form_of(body: Any) -> type[Form]:
    """Tell the form of a body; an object without any of a table's keys has tensors by name."""
    data = keys_of(body)[1]
    if isinstance(data, list):
        return TensorRequest
    table = not isinstance(data, Mapping) or not data or data.keys() & {"columns", "index", "data"}
    return TableRequest if table else NamedTensors


Request: Any = Annotated[Form, chosen(form_of)]
Response = list[float]


def read(body: Form) -> Reading:
    """A prompt for each row: the row as JSON."""
    match body:
        case TableRequest():
            rows: list[Any] = [dict(row) for row in body.input_data.rows]
        case TensorRequest():
            rows = [row if isinstance(row, list | dict) else [row] for row in body.input_data]
        case NamedTensors():
            names = list(body.input_data)
            rows = [dict(zip(names, row, strict=True)) for row in zip(*body.input_data.values(), strict=True)]
    return Reading(tuple(Prompt(json.dumps(row)) for row in rows), body.params)


def write(scoring: Scoring) -> Response:
    """A number for each row; an answer that is a number is the prediction."""
    rows = [json.loads(prompt.text) for prompt in scoring.reading.prompts]
    return [predicted(scoring.home, row, said) for row, said in zip(rows, scoring.texts, strict=True)]


SCHEMA = Schema(
    name="mlflow",
    about="MLflow models for tables and tensors: a number for each row",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {
            "columns": ["age", "height", "smoker"],
            "index": [0, 1],
            "data": [[44, 1.81, "no"], [61, 1.66, "yes"]],
        }
    },
    variants=(
        {"input_data": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]},
        {"input_data": {"age": [44, 61], "height": [1.81, 1.66]}},
        {"input_data": {"columns": [0, 1], "index": [7], "data": [[20000, 2]]}},
    ),
    evidence="documented: Microsoft Learn, deploying MLflow models; request files of Microsoft's examples",
)
