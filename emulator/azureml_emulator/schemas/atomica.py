"""Atomica: of a complex of molecules, embeddings of the whole, of its chemical blocks, and of its atoms."""

from typing import ClassVar, Literal

from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from azureml_emulator.embedding import embedded
from azureml_emulator.frame import Frame
from azureml_emulator.image import embedding
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring

LENGTH = 32
"""Numbers of an embedding, of any kind (unverified: the card cuts all of them short)."""
BLOCKS = 4, 12
"""Blocks that a complex has at least, and at most; nobody opens the caller's file to count them."""
ATOMS = 3, 8
"""The same for the atoms of a block."""

Vectors = list[list[float]]


class Complexes(Frame):
    """In every row a file of graphs, `.jsonl.gz`: its URL, or the file in base64."""

    needed: ClassVar[tuple[str, ...]] = ("pdb_data",)


class Request(Fields):
    """The whole body."""

    input_data: Complexes
    params: Parameters = {}


class Embedded(TypedDict):
    """One complex."""

    graph_embedding: list[float]
    block_embedding: Vectors
    atom_embedding: Vectors


Response = dict[Literal["predictions"], list[Embedded]]


def read(body: Request) -> Reading:
    """A complex for each row; the prompt's text is its base64 or URL, as sent."""
    return Reading(tuple(map(Prompt, body.input_data.texts("pdb_data"))), body.params)


def write(scoring: Scoring) -> Response:
    """Vectors of unit length: one for each complex, near for files that are nearly the same; for its parts, any."""
    found: list[Embedded] = []
    for at, prompt in enumerate(scoring.reading.prompts):
        draw = scoring.draw_of(at)
        blocks = _between(BLOCKS, draw.integer(b"blocks"))
        atoms = sum(_between(ATOMS, draw.integer(b"atoms %d" % block)) for block in range(blocks))
        name = draw.hexadecimal(b"parts")
        found.append(
            {
                "graph_embedding": embedding(prompt.text, LENGTH),
                "block_embedding": [embedded(f"block {block} {name}", LENGTH) for block in range(blocks)],
                "atom_embedding": [embedded(f"atom {atom} {name}", LENGTH) for atom in range(atoms)],
            }
        )
    return {"predictions": found}


def _between(limits: tuple[int, int], number: int) -> int:
    least, most = limits
    return least + number % (most - least + 1)


SCHEMA = Schema(
    name="atomica",
    about="Atomica: embeddings of molecules, by complex, block and atom",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={
        "input_data": {"columns": ["pdb_data"], "index": [0], "data": [["https://example.com/insulin.jsonl.gz"]]}
    },
    variants=(
        {
            "input_data": {
                "columns": ["pdb_data"],
                "index": [0, 1],
                "data": [["https://example.com/insulin.jsonl.gz"], ["H4sIAAAAAAAAAwMAAAAAAAAAAAA="]],
            }
        },
    ),
    models=("Atomica",),
    evidence="documented: model card of Atomica; unverified: the embeddings' length, and how many there are",
)
