"""Text classification: each text gets the best of the model's own labels, with its score or, earlier, alone."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Any

from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator import generations
from azureml_emulator.generations import GENERATIONS, ROWS, Generation, Row, rows
from azureml_emulator.labels import label_of, scored
from azureml_emulator.schema import Reading, Schema, Scoring

LABELS = {
    "*sst-2*": ("POSITIVE", "NEGATIVE"),
    "*mnli*": ("CONTRADICTION", "NEUTRAL", "ENTAILMENT"),
    "*roberta-large-openai-detector*": ("LABEL_0", "LABEL_1"),
    "*openai-detector*": ("Fake", "Real"),
    "*bertweet*": ("NEG", "NEU", "POS"),
    "*automl*": ("Fake", "Real"),
}
"""The labels of the catalog's models, by their names; other models have those of the first."""


class Scored(TypedDict):
    """A label and how sure the model is, up to 1."""

    label: str
    score: float


Request: Any = Annotated[Generation, GENERATIONS]
Response = list[Scored] | list[Row]


def read(body: Generation) -> Reading:
    """A text to classify for each string."""
    return generations.read(body)


def labels_of(model: str, said: Sequence[str] = ()) -> Sequence[str]:
    """Give a model's labels; for an unknown model those that have what the answer source said, if there are such."""
    sets = list(LABELS.values())
    for pattern, labels in LABELS.items():
        if fnmatchcase(model.lower(), pattern):
            return labels
    return next((one for one in sets if any(label_of(text, one) for text in said)), sets[0])


def write(scoring: Scoring) -> list[Scored] | list[Row]:
    """The best label for each text.

    Also with `return_all_scores`, which a card of the catalog sends, one label comes back (documented by its sample).
    """
    labels = labels_of(scoring.model, scoring.texts)
    best = [scored(scoring.draw_of(at), labels, said)[0] for at, said in enumerate(scoring.texts)]
    if scoring.reading.form == ROWS:
        return rows(label for label, _ in best)
    return [Scored(label=label, score=score) for label, score in best]


SCHEMA = Schema(
    name="text-classification",
    about="Text classification: sentiment, entailment, GPT-2 output detection, and AutoML's models",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={"input_data": ["What a fine morning!", "The train was late again."]},
    variants=(
        {"input_data": ["What a fine morning!"], "params": {"return_all_scores": True}},
        {"input_data": {"input_string": ["What a fine morning!"]}},
        {"inputs": {"input_string": ["What a fine morning!"]}},
    ),
    models=(
        "distilbert-base-uncased-finetuned-sst-2-english",
        "roberta-*-openai-detector",
        "roberta-large-mnli",
        "microsoft-deberta-*-mnli",
        "finiteautomata-bertweet-*",
        "AutoML-Text-Classification",
    ),
    evidence="documented: model cards of roberta-large-mnli, roberta-base-openai-detector and others",
)
