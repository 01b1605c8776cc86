"""Llama 2 chat and its followers on a dedicated endpoint: the conversation is `input_string`, `output` the answer."""

from typing import Literal

from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Scoring, Turns


class InputData(Fields):
    """Conversation and parameters."""

    input_string: Turns
    parameters: Parameters = {}


class Request(Fields):
    """The whole body."""

    input_data: InputData


Response = dict[Literal["output"], str]


def read(body: Request) -> Reading:
    """One prompt: the conversation."""
    data = body.input_data
    return Reading((Prompt.chat(data.input_string),), data.parameters)


def write(scoring: Scoring) -> Response:
    """The one answer."""
    return {"output": scoring.answers[0].text}


SCHEMA = Schema(
    name="llama-chat",
    about="Chat on a dedicated endpoint, as LangChain speaks it: Llama 2 chat",
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={
        "input_data": {
            "input_string": [
                {"role": "user", "content": "I am going to Paris, what should I see?"},
                {"role": "assistant", "content": "The Eiffel Tower, the Louvre and Notre-Dame."},
                {"role": "user", "content": "What is so great about the first?"},
            ],
            "parameters": {"temperature": 0.6, "top_p": 0.9, "do_sample": True, "max_new_tokens": 200},
        }
    },
    models=("Llama-2-*-chat",),
    evidence="documented: model cards of Llama-2-7b-chat, -13b-chat and -70b-chat",
)
