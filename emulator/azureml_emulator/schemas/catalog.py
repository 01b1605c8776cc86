"""The model catalog's third generation (from December 2023): a list as `input_data`, `params` beside it."""

from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, Texts


class Request(Fields):
    """The whole body."""

    input_data: Texts
    params: Parameters = {}


Response = list[str]


def read(body: Request) -> Reading:
    """A prompt for each string."""
    return Reading(tuple(map(Prompt, body.input_data)), body.params, full_text=True)


def write(scoring: Scoring) -> Response:
    """A string for each answer."""
    return scoring.texts


SCHEMA = Schema(
    name="catalog",
    about="Text generation, generation 3: what the catalog's cards for GPT-2, Dolly and Orca show today",
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={
        "input_data": ["I believe the meaning of life is"],
        "params": {"top_p": 1.0, "temperature": 0.8, "max_new_tokens": 100, "return_full_text": True},
    },
    evidence="documented: model cards of gpt2, databricks-dolly-v2-12b, Orca-2-7b (current)",
)
