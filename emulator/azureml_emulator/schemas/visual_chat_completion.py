"""Chat about images at `/score`: contents are texts, or lists of parts with `image_url` and `text` ones."""

from typing import Annotated, Literal

from pydantic import Field

from azureml_emulator.inference_servers import LLM_SERVER
from azureml_emulator.schema import Fields, Parameters, Prompt, Reading, Schema, Turn
from azureml_emulator.schemas.llama_chat import Response, write


class Address(Fields, extra="allow"):
    """Where an image is: a URL, or `data:image/png;base64,...`."""

    url: str


class ImagePart(Fields, extra="allow"):
    """An image."""

    type: Literal["image_url"]
    image_url: Address


class TextPart(Fields, extra="allow"):
    """A text."""

    type: Literal["text"]
    text: str


class Seen(Turn):
    """One message."""

    content: str | list[Annotated[ImagePart | TextPart, Field(discriminator="type")]] | None = None  # type: ignore[assignment]


class InputData(Fields):
    """Conversation and parameters."""

    input_string: list[Seen]
    parameters: Parameters = {}


class Request(Fields):
    """The whole body."""

    input_data: InputData


def read(body: Request) -> Reading:
    """One prompt: the conversation; its text are the text parts of the last message."""
    data = body.input_data
    return Reading((Prompt.chat(data.input_string),), data.parameters)


SCHEMA = Schema(
    name="visual-chat-completion",
    about="Chat about images on the LLM server: Phi-3 vision and Phi-3.5 vision",
    server=LLM_SERVER,
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={
        "input_data": {
            "input_string": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": "https://example.com/harbour.jpg"}},
                        {"type": "text", "text": "How many boats are in this harbour?"},
                    ],
                }
            ],
            "parameters": {"temperature": 0.7, "max_new_tokens": 200},
        }
    },
    variants=({"input_data": {"input_string": [{"role": "user", "content": "And without an image?"}]}},),
    models=("Phi-3-vision-*", "Phi-3.5-vision-*"),
    task="chat-completion",
    beside=("llm-chat",),
    evidence="documented: model card of Phi-3-vision-128k-instruct; Microsoft's examples",
)
