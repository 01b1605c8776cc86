"""MMEFT, fine-tuned by its user on tables with numbers, texts and images: how likely each label is for each row."""

from azureml_emulator.draw import canonical
from azureml_emulator.frame import Frame
from azureml_emulator.labels import scored
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring

LABELS = ("label1", "label2", "label3")
"""The labels of the card's sample; those of a model of one's own are its own."""


class Request(Fields):
    """The whole body: any columns, and rows with whatever they have in them."""

    input_data: Frame
    params: Parameters = {}


Response = list[dict[str, float]]


def read(body: Request) -> Reading:
    """A row as JSON, for each."""
    rows = (canonical(dict(row)).decode() for row in body.input_data.rows)
    return Reading(tuple(map(Prompt, rows)), body.params)


def write(scoring: Scoring) -> Response:
    """A probability for every label, which add up to 1; an answer that names one makes it the likeliest."""
    answers = []
    for at, said in enumerate(scoring.texts):
        found = dict(scored(scoring.draw_of(at), LABELS, said))
        answers.append({label: found[label] for label in LABELS})
    return answers


SCHEMA = Schema(
    name="mmeft",
    about="MMEFT: labels for rows of numbers, texts and images",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {
            "columns": ["age", "opinion", "photo", "returning"],
            "data": [[31, "Would come again.", "https://example.com/table.jpg", True], [67, "Too loud.", "", False]],
        }
    },
    models=("mmeft",),
    evidence="documented: model card of mmeft",
)
