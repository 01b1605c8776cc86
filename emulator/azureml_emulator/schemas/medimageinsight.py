"""MedImageInsight: embeddings of medical images and texts, for each pair a row with both.

The image's vector is in a list of its own, the text's is not, as in the output of the notebook in Microsoft's
examples (captured). The card shows both nested, each in a row of its own.
"""

from typing import NotRequired

from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.embedding import embedded
from azureml_emulator.frame import Images
from azureml_emulator.image import embedding
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring

LENGTH = 1024

SCALING_FACTOR = 4.513362407684326
"""A property of the model, always the same (documented by the card's sample)."""


class Request(Fields):
    """The whole body; `params.get_scaling_factor` asks for one more number."""

    input_data: Images
    params: Parameters = {}


class Features(TypedDict):
    """The vectors of a row."""

    image_features: list[list[float]]
    text_features: NotRequired[list[float]]
    scaling_factor: NotRequired[float]


Response = list[Features]


def read(body: Request) -> Reading:
    """An image for each row; the texts are among the parameters."""
    data = body.input_data
    return Reading(tuple(map(Prompt, data.texts("image"))), {**body.params, "text": data.texts("text")})


def write(scoring: Scoring) -> Response:
    """Vectors of unit length for each row.

    With `get_scaling_factor` the factor stands in every row (unverified: the card has it in a row of its own, the
    captured answer not at all).
    """
    parameters = scoring.reading.parameters
    answers: Response = []
    for prompt, text in zip(scoring.reading.prompts, parameters["text"], strict=True):
        answers.append({"image_features": [embedding(prompt.text, LENGTH)]})
        if text:
            answers[-1]["text_features"] = embedded(text, LENGTH)
        if parameters.get("get_scaling_factor") is True:
            answers[-1]["scaling_factor"] = SCALING_FACTOR
    return answers


SCHEMA = Schema(
    name="medimageinsight",
    about="MedImageInsight: embeddings of medical images and of texts about them",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {
            "columns": ["image", "text"],
            "index": [0],
            "data": [["https://example.com/chest.png", "x-ray of a chest, nothing found"]],
        },
        "params": {"get_scaling_factor": True},
    },
    variants=({"input_data": {"columns": ["image"], "index": [0], "data": [["R0lGODlhAQABAAAAACw="]]}},),
    models=("medimageinsight*",),
    evidence="captured: mi2-deploy.ipynb of Microsoft's examples; documented: model card of MedImageInsight",
)
