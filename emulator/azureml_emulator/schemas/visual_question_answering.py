"""Questions about images, answered by BLIP: a row has an image and a question."""

from typing import ClassVar, Literal

from azureml_emulator.frame import Images
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring


class Questions(Images):
    """Images, and a question about each."""

    needed: ClassVar[tuple[str, ...]] = ("image", "text")


class Request(Fields):
    """The whole body."""

    input_data: Questions
    params: Parameters = {}


Response = list[dict[Literal["text"], str]]


def read(body: Request) -> Reading:
    """A question for each row; what is asked is the question and, as a chat message, the image as well."""
    rows = zip(body.input_data.texts("image"), body.input_data.texts("text"), strict=True)
    return Reading(tuple(_prompt(image, question) for image, question in rows), body.params)


def _prompt(image: str, question: str) -> Prompt:
    parts = [{"type": "image_url", "image_url": {"url": image}}, {"type": "text", "text": question}]
    return Prompt(question, ({"role": "user", "content": parts},))


def write(scoring: Scoring) -> Response:
    """An answer to each question."""
    return [{"text": text} for text in scoring.texts]


SCHEMA = Schema(
    name="visual-question-answering",
    about="Visual question answering: BLIP and BLIP-2",
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={
        "input_data": {
            "columns": ["image", "text"],
            "index": [0],
            "data": [["https://example.com/harbour.jpg", "How many boats are there?"]],
        }
    },
    models=("salesforce-blip-vqa-*", "salesforce-blip2-*-vqa"),
    evidence="documented: model cards of salesforce-blip-vqa-base and salesforce-blip2-opt-2-7b-vqa",
)
