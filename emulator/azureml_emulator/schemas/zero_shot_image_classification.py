"""Zero-shot image classification by CLIP: the labels come with the image, in one text with commas between them."""

from pydantic import model_validator
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.frame import Images
from azureml_emulator.labels import scored
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring


class Labelled(Images):
    """Images and labels. Rows without labels of their own have the first row's (documented by the cards' samples)."""

    @model_validator(mode="after")
    def _labelled(self) -> "Labelled":
        if self.data and not all(self.labels):
            raise ValueError("expected labels with commas between them in column 'text' of the first row")
        return self

    @property
    def labels(self) -> list[list[str]]:
        """The labels of each row."""
        found = [[one.strip() for one in text.split(",") if one.strip()] for text in self.texts("text")]
        return [list(dict.fromkeys(one or found[0])) for one in found]


class Request(Fields):
    """The whole body."""

    input_data: Labelled
    params: Parameters = {}


class Probabilities(TypedDict):
    """The labels in the order in which they were sent, and their probabilities, which add up to 1."""

    probs: list[float]
    labels: list[str]


Response = list[Probabilities]


def read(body: Request) -> Reading:
    """An image for each row; the labels are among the parameters."""
    data = body.input_data
    return Reading(tuple(map(Prompt, data.texts("image"))), {**body.params, "labels": data.labels})


def write(scoring: Scoring) -> Response:
    """The probabilities of each image's labels; an answer that is one of them decides the best."""
    answers = []
    for at, (labels, said) in enumerate(zip(scoring.reading.parameters["labels"], scoring.texts, strict=True)):
        scores = dict(scored(scoring.draw_of(at), labels, said))
        answers.append(Probabilities(probs=[scores[label] for label in labels], labels=labels))
    return answers


SCHEMA = Schema(
    name="zero-shot-image-classification",
    about="Zero-shot image classification: CLIP, the labels come with the request",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {
            "columns": ["image", "text"],
            "index": [0, 1],
            "data": [["https://example.com/cat.jpg", "cat, dog, bird"], ["https://example.com/bird.jpg"]],
        }
    },
    models=("openai-clip-vit-*", "BiomedCLIP-*"),
    evidence="documented: model cards of openai-clip-vit-base-patch32, openai-clip-vit-large-patch14 and BiomedCLIP",
)
