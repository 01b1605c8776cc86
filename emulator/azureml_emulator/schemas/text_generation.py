"""Text generation on Microsoft's LLM server, which runs vLLM: one object for all answers, or generation 3's list."""

from typing import Annotated, Any

from azureml_emulator import generations
from azureml_emulator.generations import ROWS, Second, Third, chosen, keys_of
from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Reading, Schema, Scoring

Form = Second | Third
Request: Any = Annotated[Form, chosen(lambda body: Second if isinstance(keys_of(body)[1], dict) else Third)]
Response = list[str] | list[dict[str, str]]


def read(body: Form) -> Reading:
    """A prompt for each string; the answer repeats it unless the parameters say otherwise."""
    return generations.read(body, full_text=True)


def write(scoring: Scoring) -> Response:
    """Generation 2: one row that has all answers, numbered. Generation 3: a string for each (both measured)."""
    if scoring.reading.form == ROWS:
        return [{str(number): text for number, text in enumerate(scoring.texts)}]
    return scoring.texts


SCHEMA = Schema(
    name="text-generation",
    about="Text generation on the LLM server: Mixtral 8x22B, Llama 3 and whatever vLLM runs",
    server=LLM_SERVER,
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={
        "input_data": {
            "input_string": ["The best thing about the sea is", "The best thing about the hills is"],
            "parameters": {"max_new_tokens": 100, "do_sample": True, "return_full_text": True},
        }
    },
    variants=({"input_data": ["The best thing about the sea is"], "params": {"max_new_tokens": 50}},),
    models=("*Mixtral-8x22B-v*", "Meta-Llama-3-8B", "Meta-Llama-3-70B", "Meta-Llama-3.1-8B", "Meta-Llama-3.1-70B"),
    task="text-generation",
    beside=("llm-completions",),
    evidence="measured: Microsoft's LLM server; documented: model card of mistralai-Mixtral-8x22B-v0-1",
)
