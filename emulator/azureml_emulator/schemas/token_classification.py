"""Token classification: a tag for each word, such as `B-PER` for the first word of a person's name."""

from itertools import groupby
from typing import Annotated, Any

from azureml_emulator import generations
from azureml_emulator.draw import Draw
from azureml_emulator.generations import ROWS, First, Row, Second, Third, chosen, generation, keys_of, rows
from azureml_emulator.labels import label_of
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, Texts

KINDS = ("PER", "LOC", "ORG", "MISC")
OUTSIDE = "O"
TAGS = (OUTSIDE, *(f"{place}-{kind}" for kind in KINDS for place in "BI"))


class Wrapped(Fields):
    """The whole body as Microsoft's notebook sends it: the texts in one list more."""

    input_data: list[Texts]
    params: Parameters = {}


Form = First | Second | Third | Wrapped


def _form(body: Any) -> type[Form]:
    _, data = keys_of(body)
    return Wrapped if isinstance(data, list) and data and isinstance(data[0], list) else generation(body)


Request: Any = Annotated[Form, chosen(_form)]
Response = list[str] | list[Row]


def read(body: Form) -> Reading:
    """A text for each string, however it is wrapped."""
    if isinstance(body, Wrapped):
        return Reading(tuple(Prompt(text) for texts in body.input_data for text in texts), body.params)
    return generations.read(body)


def tagged(text: str, draw: Draw, said: str = "") -> list[tuple[str, str]]:
    """Give the text's words, each with its tag: words with a capital letter are names, neighbours are one name.

    The first word is one only if its neighbour is. The draw decides what a name stands for, unless `said` is a tag.
    """
    words = text.split()
    named = [word[0].isupper() and len(word) > 1 for word in words]
    if named and not any(named[1:2]):
        named[0] = False
    wanted = label_of(said, TAGS) or ""
    found: list[tuple[str, str]] = []
    for is_name, group in groupby(zip(named, words, strict=True), key=lambda one: one[0]):
        name = [word for _, word in group]
        if not is_name or wanted == OUTSIDE:
            found += [(word, OUTSIDE) for word in name]
            continue
        kind = wanted[2:] or draw.one_of(" ".join(name).encode("utf-8", "surrogatepass"), KINDS)
        found += [(word, f"{'I' if at else 'B'}-{kind}") for at, word in enumerate(name)]
    return found


def write(scoring: Scoring) -> list[str] | list[Row]:
    """By rows, the tags as a list in Python's notation, inside tags only (as Jean-Baptiste's CamemBERT has them).

    In a plain list, words and tags by turns, as the card of AutoML's NER shows. The form of the answer to texts in
    one list more is not documented; it is the plain list (unverified).
    """
    found = [
        tagged(prompt.text, scoring.draw_of(at), said)
        for at, (prompt, said) in enumerate(zip(scoring.reading.prompts, scoring.texts, strict=True))
    ]
    if scoring.reading.form == ROWS:
        return rows(str([tag.replace("B-", "I-") for _, tag in one]) for one in found)
    return [" ".join(f"{word} {tag}" for word, tag in one) for one in found]


SCHEMA = Schema(
    name="token-classification",
    about="Named entities, word by word: CamemBERT NER, and AutoML's models",
    request=Request,
    response=Response,
    read=read,
    write=write,
    speaks=False,
    example={"input_data": {"input_string": ["hier, Marie Curie est allée de Varsovie à Paris"]}},
    variants=(
        {"input_data": ["Yesterday Ada Lovelace\nwent to London"]},
        {"input_data": [["Yesterday Ada Lovelace went to London"]], "params": {}},
        {"inputs": {"input_string": ["hier, Marie Curie est allée à Paris"]}},
    ),
    models=("Jean-Baptiste-camembert-ner", "AutoML-Named-Entity-Recognition", "automl-ner"),
    evidence="documented: model cards of Jean-Baptiste-camembert-ner and AutoML-Named-Entity-Recognition",
)
