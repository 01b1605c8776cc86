"""TensorFlow Serving in a container of one's own: `instances` in, `predictions` out, at the model's own path."""

import json
from typing import Any, Literal

from pydantic import Field

from azureml_emulator.regression import predicted
from azureml_emulator.schema import Fields, Prompt, Reading, Schema, Scoring


class Request(Fields):
    """The whole body, in TensorFlow Serving's row format."""

    instances: list[Any] = Field(min_length=1)
    signature_name: str | None = None


Response = dict[Literal["predictions"], list[float]]


def read(body: Request) -> Reading:
    """A prompt for each instance: the instance as JSON."""
    return Reading(tuple(Prompt(json.dumps(one)) for one in body.instances))


def write(scoring: Scoring) -> Response:
    """A number for each instance: of a number half plus two, as the example's model `half_plus_two` has it."""
    rows = [json.loads(prompt.text) for prompt in scoring.reading.prompts]
    return {"predictions": [_predicted(scoring, row) for row in rows]}


def _predicted(scoring: Scoring, row: Any) -> float:
    if type(row) in (int, float) and abs(row) < 1e300:
        return float(row / 2 + 2)
    return predicted(scoring.home, row)


SCHEMA = Schema(
    name="tensorflow-serving",
    about="TensorFlow Serving with the model `half_plus_two`, in a container of one's own",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    paths=("/v1/models/half_plus_two:predict",),
    example={"instances": [1.0, 2.0, 5.0]},
    variants=({"signature_name": "serving_default", "instances": [[1.0, 2.0], [3.0, 4.0]]},),
    evidence="documented: cli/endpoints/online/custom-container/tfserving of Microsoft's examples",
)
