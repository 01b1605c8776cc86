"""Fill-mask: texts with `[MASK]` (BERT) or `<mask>` (RoBERTa, CamemBERT) in them, answered by the missing words."""

from typing import Annotated, Any

from azureml_emulator import generations
from azureml_emulator.errors import ScoringFailed
from azureml_emulator.generations import GENERATIONS, ROWS, Generation, Row, rows
from azureml_emulator.schema import Reading, Schema, Scoring

MASKS = ("[MASK]", "<mask>")
WORDS = ("great", "new", "beautiful", "special", "busy", "quiet", "good", "big", "part", "capital", "center", "heart")

Request: Any = Annotated[Generation, GENERATIONS]
Response = list[str] | list[Row]


def read(body: Generation) -> Reading:
    """A sentence for each string.

    Raises `ScoringFailed` for one without a mask, as the Hugging Face pipeline raises within the container (read in
    its code).
    """
    reading = generations.read(body)
    for prompt in reading.prompts:
        if not any(mask in prompt.text for mask in MASKS):
            raise ScoringFailed(f"no mask ({' or '.join(MASKS)}) found on the input")
    return reading


def write(scoring: Scoring) -> list[str] | list[Row]:
    """A word for each sentence: the answer source's, if it says a single word, else a common one."""
    words = [
        said.strip()
        if len(said.split(maxsplit=1)) == 1 and said != prompt.text
        else scoring.draw_of(at).one_of(b"word", WORDS)
        for at, (prompt, said) in enumerate(zip(scoring.reading.prompts, scoring.texts, strict=True))
    ]
    return rows(words) if scoring.reading.form == ROWS else words


SCHEMA = Schema(
    name="fill-mask",
    about="The word behind a mask: BERT, RoBERTa, DistilBERT, DeBERTa and CamemBERT",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={"input_data": ["Oslo is the [MASK] of Norway.", "It was a [MASK] evening."]},
    variants=(
        {"input_data": ["Oslo est la <mask> de la Norvège."]},
        {"input_data": {"input_string": ["Oslo is the [MASK] of Norway."]}},
        {"inputs": {"input_string": ["Oslo is the <mask> of Norway."]}},
    ),
    models=(
        "bert-base-*cased",
        "bert-large-*cased",
        "camembert-base",
        "distilbert-base-*cased",
        "distilroberta-base",
        "roberta-base",
        "roberta-large",
        "microsoft-deberta-base",
        "microsoft-deberta-large",
        "microsoft-deberta-xlarge",
    ),
    evidence="documented: model cards of bert-base-cased, roberta-base and others; Microsoft's examples",
)
