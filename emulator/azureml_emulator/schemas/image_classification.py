"""Image classification: a plain list of images gets labels with scores; a table of them, lists of both."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Any

from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.frame import ImagesRequest, read_images
from azureml_emulator.generations import chosen, keys_of
from azureml_emulator.image_classes import FRIDGE, IMAGENET
from azureml_emulator.labels import scored
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, Texts

TOP = 5
"""How many labels come back in the newer form, as from Hugging Face's pipeline."""
TABLE = "table"
"""The form of a request that is a table, as AutoML's models and, to the end of 2023, all others take it."""


class Scored(TypedDict):
    """A label and how sure the model is, up to 1."""

    label: str
    score: float


class Probabilities(TypedDict):
    """All of the model's labels and their probabilities, which add up to 1."""

    probs: list[float]
    labels: list[str]


class Plain(Fields):
    """The whole body in the newer form."""

    input_data: Texts
    params: Parameters = {}


Form = Plain | ImagesRequest
Request: Any = Annotated[Form, chosen(lambda body: ImagesRequest if isinstance(keys_of(body)[1], dict) else Plain)]
Response = list[list[Scored]] | list[Probabilities]


def read(body: Form) -> Reading:
    """An image for each row; the prompt's text is its base64 or URL, as sent."""
    if isinstance(body, ImagesRequest):
        return read_images(body)._replace(form=TABLE)
    return Reading(tuple(map(Prompt, body.input_data)), body.params)


def labels_of(model: str) -> Sequence[str]:
    """Give a model's labels."""
    return FRIDGE if fnmatchcase(model.lower(), "*automl*") else IMAGENET


def write(scoring: Scoring) -> list[list[Scored]] | list[Probabilities]:
    """The best labels for each image; an answer that names a class decides the best.

    DINOv2's classifier answers with probabilities whatever the request's form (documented by its card).
    """
    labels = labels_of(scoring.model)
    found = [scored(scoring.draw_of(at), labels, said) for at, said in enumerate(scoring.texts)]
    if scoring.reading.form == TABLE or "dinov2" in scoring.model.lower():
        scores = [dict(one) for one in found]
        return [Probabilities(probs=[one[label] for label in labels], labels=list(labels)) for one in scores]
    return [[Scored(label=label, score=score) for label, score in one[:TOP]] for one in found]


SCHEMA = Schema(
    name="image-classification",
    about="Image classification: ViT, DeiT, BEiT, Swin, DINOv2's classifier, and AutoML's models",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={"input_data": ["https://example.com/cat.jpg", "https://example.com/mug.jpg"]},
    variants=(
        {"input_data": {"columns": ["image"], "index": [0], "data": [["https://example.com/cat.jpg"]]}},
        {"input_data": {"columns": ["image"], "index": [0, 1], "data": ["cat.jpg", "mug.jpg"]}},
    ),
    models=(
        "google-vit-*",
        "facebook-deit-*",
        "microsoft-beit-*",
        "microsoft-swin*",
        "facebook-dinov2-*-imagenet1k-*",
        "automl-image-classification*",
    ),
    evidence="documented: model cards of google-vit-base-patch16-224, facebook-dinov2-base-imagenet1k-1-layer, "
    "automl-image-classification (current and earlier)",
)
