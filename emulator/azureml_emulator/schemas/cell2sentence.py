"""Cell2Sentence: an embedding for each cell, of the genes that it expresses; JSON in a text, there and back.

A cell is read as the model reads it: a sentence of gene names, the most expressed ones first (documented).
"""

import json
from collections.abc import Sequence
from heapq import nlargest
from typing import Annotated, Any, ClassVar, Literal

from pydantic import FailFast, FiniteFloat, PrivateAttr, ValidationError, model_validator

from azureml_emulator.embedding import embedded
from azureml_emulator.frame import Frame
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, path

LENGTH = 1024
"""Numbers of an embedding: those of Pythia with 410 million parameters (unverified; the card cuts them short)."""
GENES = 20
"""Genes in a sentence at most (unverified: Microsoft's container has its own limit, or none)."""
METADATA = ("cell_type", "tissue", "batch_condition", "organism", "sex")
"""What must be known of every cell (documented)."""


class Payload(Fields):
    """Cells by gene, and what is known of each cell.

    That is a list of objects, as the card's listing sends it, or an object of lists, as the card's text has it.
    """

    expression_data: Annotated[list[list[FiniteFloat]], FailFast()]
    gene_names: Annotated[list[str], FailFast()]
    metadata: list[dict[str, Any]] | dict[str, list[Any]]

    @model_validator(mode="after")
    def _whole(self) -> "Payload":
        genes, cells = len(self.gene_names), len(self.expression_data)
        for at, row in enumerate(self.expression_data):
            if len(row) != genes:
                raise ValueError(f"expression_data[{at}] has {len(row)} numbers, but there are {genes} gene_names")
        known = self.metadata
        for name, entries in (known if isinstance(known, dict) else {"metadata": known}).items():
            if len(entries) != cells:
                raise ValueError(f"{name} has {len(entries)} entries, but there are {cells} cells")
        named: list[dict[str, Any]] = known if isinstance(known, list) else [known]
        missing = [name for name in METADATA for one in named if name not in one]
        if missing:
            raise ValueError(f"expected metadata {', '.join(METADATA)}; {missing[0]!r} is missing")
        return self

    @property
    def sentences(self) -> list[str]:
        """For each cell its sentence; genes that are as much expressed stand in the order given."""
        return [self._sentence(row) for row in self.expression_data]

    def _sentence(self, row: Sequence[float]) -> str:
        first = nlargest(GENES, range(len(row)), key=row.__getitem__)
        return " ".join(self.gene_names[at] for at in first if row[at] > 0)


class Payloads(Frame):
    """A table with one payload in every row, as JSON in a text."""

    needed: ClassVar[tuple[str, ...]] = ("payload",)
    _payloads: list[Payload] = PrivateAttr(default_factory=list)

    @model_validator(mode="after")
    def _opened(self) -> "Payloads":
        self._payloads = [_payload(at, text) for at, text in enumerate(self.texts("payload"))]
        return self

    @property
    def sentences(self) -> list[list[str]]:
        """For each payload the sentences of its cells."""
        return [one.sentences for one in self._payloads]


def _payload(at: int, text: str) -> Payload:
    try:
        return Payload.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = f"{path(first['loc'])}: " if first["loc"] else ""
        raise ValueError(f"row {at}: payload: {place}{first['msg'].removeprefix('Value error, ')}") from None


class Request(Fields):
    """The whole body."""

    input_data: Payloads
    params: Parameters = {}


Response = dict[Literal["predictions"], list[str]]


def read(body: Request) -> Reading:
    """A prompt for each cell, its sentence; the parameters tell how many cells are in each row."""
    rows = body.input_data.sentences
    return Reading(tuple(Prompt(one) for row in rows for one in row), {**body.params, "cells": [*map(len, rows)]})


def write(scoring: Scoring) -> Response:
    """For each row a text, JSON with a vector of unit length for each cell, near for cells of mostly the same genes.

    The card's listing also reads a list of objects with `predictions`; its sample, followed here, is one object.
    """
    cells = iter(scoring.reading.prompts)
    found = [[_embedding(next(cells).text) for _ in range(row)] for row in scoring.reading.parameters["cells"]]
    return {"predictions": [json.dumps({"cell_embeddings": one}) for one in found]}


def _embedding(sentence: str) -> list[float]:
    return [round(one, 6) for one in embedded(sentence, LENGTH)]


_CELLS = {
    "expression_data": [[0.0, 1.2, 0.4], [2.1, 0.0, 0.9]],
    "gene_names": ["CD3D", "MS4A1", "LYZ"],
}
_KNOWN = {"cell_type": "B cell", "tissue": "spleen", "batch_condition": "one", "organism": "human", "sex": "unknown"}


def _body(metadata: Any) -> dict[str, Any]:
    payload = json.dumps({**_CELLS, "metadata": metadata})
    return {"input_data": {"columns": ["payload"], "index": [0], "data": [[payload]]}}


SCHEMA = Schema(
    name="cell2sentence",
    about="Cell2Sentence: embeddings of cells by the genes that they express",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example=_body([_KNOWN, _KNOWN]),
    variants=(_body({name: [value, value] for name, value in _KNOWN.items()}),),
    models=("Cell2Sentence-Embedding",),
    evidence="documented: model card of Cell2Sentence-Embedding; unverified: the embeddings' length, "
    "which of the card's two forms of metadata and of answers is meant",
)
