"""The three forms in which Azure ML's catalog has taken texts and given answers, told apart by their keys.

First (to mid 2023): `inputs.input_string`, `parameters` beside it. Second (to the end of 2023, for language models
to this day): `input_data.input_string`, parameters within. Third: `input_data` is a list, `params` beside it. The
first two are answered by a row for each text, `[{"0": ...}]`, the third by a plain list. Microsoft's current
containers refuse the first one (read in their code), but the request files of its notebooks still have it, so it is
taken.
"""

from collections.abc import Callable, Iterable
from typing import Any, Literal

from pydantic import BaseModel, WrapValidator

from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Scoring, Texts

ROWS = "rows"
"""The form of a request that is answered by rows."""

Row = dict[Literal["0"], str]


class Inputs(Fields):
    """Texts, and in the second generation their parameters."""

    input_string: Texts
    parameters: Parameters = {}


class First(Fields):
    """The whole body in the first generation."""

    inputs: Inputs
    parameters: Parameters = {}


class Second(Fields):
    """The whole body in the second generation; Microsoft's code takes parameters in any of these places."""

    input_data: Inputs
    params: Parameters = {}
    parameters: Parameters = {}


class Third(Fields):
    """The whole body in the third generation."""

    input_data: Texts
    params: Parameters = {}


Generation = First | Second | Third


def chosen(choose: Callable[[Any], type[BaseModel]]) -> WrapValidator:
    """Check a body as the one form that it seems to have, so that a refusal speaks of that form alone."""
    return WrapValidator(lambda body, _: choose(body).model_validate(body))


def keys_of(body: Any) -> tuple[bool, Any]:
    """Say whether the body has the first generation's key, and give what is at that key or at the later one's."""
    if not isinstance(body, dict):
        return False, None
    first = "inputs" in body and "input_data" not in body
    return first, body["inputs"] if first else body.get("input_data")


def generation(body: Any) -> type[Generation]:
    """Tell the generation of a body of texts; what is none of them is taken for the latest."""
    first, data = keys_of(body)
    return First if first else Second if isinstance(data, dict) else Third


GENERATIONS = chosen(generation)
"""For `Annotated`: a body of texts in any of the three."""


def read(body: Generation, full_text: bool = False) -> Reading:
    """A prompt for each text; where parameters stand in several places, the innermost win."""
    match body:
        case First():
            inputs, parameters = body.inputs, body.parameters
        case Second():
            inputs, parameters = body.input_data, {**body.parameters, **body.params}
        case Third():
            return Reading(tuple(map(Prompt, body.input_data)), body.params, full_text=full_text)
    prompts = tuple(map(Prompt, inputs.input_string))
    return Reading(prompts, {**parameters, **inputs.parameters}, full_text=full_text, form=ROWS)


def write(scoring: Scoring) -> list[str] | list[Row]:
    """The answers' texts, in the form that belongs to the request's."""
    return rows(scoring.texts) if scoring.reading.form == ROWS else scoring.texts


def rows(texts: Iterable[str]) -> list[Row]:
    """A row for each text."""
    return [{"0": text} for text in texts]
