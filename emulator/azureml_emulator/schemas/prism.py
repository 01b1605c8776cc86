"""Prism: of a slide's embeddings, a report; or, with two lists of diagnoses, how likely each of both is."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import model_validator
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.frame import Frame
from azureml_emulator.labels import scored
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring

CHOICE = "choice"
"""The form of a request that has prompts to choose from."""
PROMPTS = ("neg_prompts", "pos_prompts")


class Slides(Frame):
    """Where each slide's embeddings are, as a URL or base64; to choose, one text for "no" and one for "yes"."""

    needed: ClassVar[tuple[str, ...]] = ("embeddings",)

    @model_validator(mode="after")
    def _both(self) -> "Slides":
        if len({name in self.columns for name in PROMPTS}) > 1:
            raise ValueError(f"expected both columns {' and '.join(PROMPTS)}, or neither")
        return self


class Request(Fields):
    """The whole body."""

    input_data: Slides
    params: Parameters = {}


class Said(TypedDict):
    """A report, or two probabilities."""

    output: str | list[float]


Response = list[Said]


def read(body: Request) -> Reading:
    """A slide for each row."""
    data = body.input_data
    prompts: Sequence[str] = data.texts("embeddings")
    form = CHOICE if PROMPTS[0] in data.columns else ""
    return Reading(tuple(map(Prompt, prompts)), body.params, form=form)


def write(scoring: Scoring) -> Response:
    """A report for each slide, or the probabilities of "no" and "yes", which add up to 1.

    Unverified: that they stand in this order; the card shows two numbers without saying which is which.
    """
    if scoring.reading.form != CHOICE:
        return [{"output": f"</s>{text}</s>"} for text in scoring.texts]
    found = [dict(scored(scoring.draw_of(at), ("no", "yes"), said)) for at, said in enumerate(scoring.texts)]
    return [{"output": [one["no"], one["yes"]]} for one in found]


SCHEMA = Schema(
    name="prism",
    about="Prism: reports on pathology slides, and choices between diagnoses",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={"input_data": {"columns": ["embeddings"], "index": [0], "data": [["https://example.com/slide.pt"]]}},
    variants=(
        {
            "input_data": {
                "columns": ["embeddings", *PROMPTS],
                "index": [0],
                "data": [["https://example.com/slide.pt", "benign tissue", "carcinoma"]],
            }
        },
    ),
    models=("Prism",),
    evidence="documented: model card of Prism; unverified: the order of the two probabilities",
)
