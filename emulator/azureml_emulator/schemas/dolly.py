"""Dolly v2: prompts in any of the three ways its model card has shown, answered by a list of strings."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, Texts


class InputData(Fields):
    """The second generation's form, which LangChain sends with its parameters beside it."""

    input_string: Texts
    parameters: Parameters = {}


def _as_object(data: Any) -> Any:
    return {"input_string": data} if isinstance(data, list) else data


class Request(Fields):
    """The whole body: `input_data` as a list with `params`, or as an object with parameters in it or beside it."""

    input_data: Annotated[InputData, BeforeValidator(_as_object, json_schema_input_type=list[str] | InputData)]
    params: Parameters = {}
    parameters: Parameters = {}


Response = list[str]


def read(body: Request) -> Reading:
    """A prompt for each string; where parameters stand in several places, the innermost win."""
    data = body.input_data
    parameters = {**body.parameters, **body.params, **data.parameters}
    return Reading(tuple(map(Prompt, data.input_string)), parameters, full_text=True)


def write(scoring: Scoring) -> Response:
    """A string for each answer."""
    return scoring.texts


SCHEMA = Schema(
    name="dolly",
    about="Databricks Dolly v2: LangChain's body and the model card's, answered by a list of strings",
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={
        "input_data": ["I believe the meaning of life is"],
        "params": {"top_p": 0.9, "temperature": 0.2, "max_new_tokens": 100, "return_full_text": True},
    },
    models=("databricks-dolly-v2-*",),
    evidence="documented: model card databricks-dolly-v2-12b (current); measured: LangChain's Dolly formatter",
)
