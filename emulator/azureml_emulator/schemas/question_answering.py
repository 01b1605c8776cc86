"""Extractive question answering: a question and the text that answers it, or lists of both."""

from typing import Annotated, Any

from pydantic import model_validator

from azureml_emulator.generations import ROWS, Row, chosen, keys_of, rows
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, Texts


class Pair(Fields):
    """One question."""

    question: str
    context: str


class Pairs(Fields):
    """Questions, and to each its context."""

    question: Texts
    context: Texts
    parameters: Parameters = {}

    @model_validator(mode="after")
    def _as_many(self) -> "Pairs":
        if len(self.question) != len(self.context):
            raise ValueError(f"{len(self.question)} questions, but {len(self.context)} contexts")
        return self


class First(Fields):
    """The whole body in the first generation."""

    inputs: Pairs
    parameters: Parameters = {}


class Second(Fields):
    """The whole body in the second generation."""

    input_data: Pairs
    parameters: Parameters = {}


class Third(Fields):
    """The whole body today: one question."""

    input_data: Pair
    params: Parameters = {}


def _form(body: Any) -> type[First | Second | Third]:
    first, data = keys_of(body)
    lists = isinstance(data, dict) and isinstance(data.get("question"), list)
    return First if first else Second if lists else Third


Form = First | Second | Third
Request: Any = Annotated[Form, chosen(_form)]
Response = list[str] | list[Row]


def _prompt(question: str, context: str) -> Prompt:
    said = {"role": "system", "content": context}, {"role": "user", "content": question}
    return Prompt(question, said)


def read(body: Form) -> Reading:
    """The question is the prompt, its context the message before it."""
    if isinstance(body, Third):
        return Reading((_prompt(body.input_data.question, body.input_data.context),), body.params)
    pairs = body.inputs if isinstance(body, First) else body.input_data
    prompts = tuple(map(_prompt, pairs.question, pairs.context))
    return Reading(prompts, {**body.parameters, **pairs.parameters}, form=ROWS)


def write(scoring: Scoring) -> list[str] | list[Row]:
    """An answer to each question."""
    return rows(scoring.texts) if scoring.reading.form == ROWS else scoring.texts


SCHEMA = Schema(
    name="question-answering",
    about="Question answering from a given context: RoBERTa, MiniLM and DistilBERT trained on SQuAD",
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={
        "input_data": {"question": "Where does she live?", "context": "Her name is Ada and she lives in Turin."}
    },
    variants=(
        {"input_data": {"question": ["Who?", "Where?"], "context": ["Ada lives here.", "She lives in Turin."]}},
        {"inputs": {"question": ["Where?"], "context": ["She lives in Turin."]}, "parameters": {}},
    ),
    models=("deepset-*-squad2", "distilbert-*-distilled-squad"),
    evidence="documented: model cards of deepset-roberta-base-squad2 and others; Microsoft's examples",
)
