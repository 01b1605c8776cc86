"""Zero-shot text classification: texts and, with them, the labels to choose from.

The catalog has no card for it; the fields are those of Hugging Face's pipeline, as MLflow takes and gives them.
"""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.labels import scored
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, Texts

Labels = Annotated[Texts, Field(min_length=1)]


class InputData(Fields):
    """Texts and labels."""

    sequences: str | list[str]
    candidate_labels: Labels


class Request(Fields):
    """The whole body."""

    input_data: InputData
    params: Parameters = {}


class Scored(TypedDict):
    """A text, the labels from the best to the worst, and their scores."""

    sequence: str
    labels: list[str]
    scores: list[float]


Response = list[Scored]


def read(body: Request) -> Reading:
    """A text to classify for each sequence; the labels are among the parameters."""
    data = body.input_data
    texts = [data.sequences] if isinstance(data.sequences, str) else data.sequences
    labels = list(dict.fromkeys(data.candidate_labels))
    return Reading(tuple(map(Prompt, texts)), {**body.params, "candidate_labels": labels})


def write(scoring: Scoring) -> Response:
    """All labels for each text; the scores add up to 1."""
    labels = scoring.reading.parameters["candidate_labels"]
    answers = []
    for at, (prompt, said) in enumerate(zip(scoring.reading.prompts, scoring.texts, strict=True)):
        found = scored(scoring.draw_of(at), labels, said)
        answers.append(
            Scored(sequence=prompt.text, labels=[label for label, _ in found], scores=[score for _, score in found])
        )
    return answers


SCHEMA = Schema(
    name="zero-shot-classification",
    about="Zero-shot text classification: the labels come with the request",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {
            "sequences": ["The striker scored twice."],
            "candidate_labels": ["sport", "politics", "weather"],
        }
    },
    variants=(
        {
            "input_data": {"sequences": "Rain at noon.", "candidate_labels": ["sport", "weather"]},
            "params": {"hypothesis_template": "This text is about {}."},
        },
    ),
    evidence="unverified: no card in Microsoft's catalog; MLflow's fields for Hugging Face's pipeline",
)
