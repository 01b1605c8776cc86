"""A chat flow of prompt flow: `question` and `chat_history` in, `answer` out."""

from typing import Any, Literal

from azureml_emulator.schema import Fields, Message, Prompt, Reading, Schema, Scoring


class Exchange(Fields):
    """What was asked and answered before."""

    inputs: dict[str, Any] = {}
    outputs: dict[str, Any] = {}


class Request(Fields):
    """The whole body."""

    question: str
    chat_history: list[Exchange] = []


Response = dict[Literal["answer"], str]


def read(body: Request) -> Reading:
    """One prompt: the question, after what was said before."""
    return Reading((Prompt(body.question, tuple(_conversation(body))),))


def _conversation(body: Request) -> list[Message]:
    found: list[Message] = []
    for exchange in body.chat_history:
        said = ("user", exchange.inputs.get("question")), ("assistant", exchange.outputs.get("answer"))
        found += [{"role": role, "content": text} for role, text in said if isinstance(text, str)]
    return [*found, {"role": "user", "content": body.question}]


def write(scoring: Scoring) -> Response:
    """The answer. A flow names its outputs as its author likes; `answer` is what templates of chat flows have."""
    return {"answer": scoring.texts[0]}


SCHEMA = Schema(
    name="prompt-flow",
    about="A chat flow of prompt flow",
    request=Request,
    response=Response,
    read=read,
    write=write,
    example={
        "question": "And how far is it from the sea?",
        "chat_history": [{"inputs": {"question": "Where is Olomouc?"}, "outputs": {"answer": "In Moravia."}}],
    },
    variants=({"question": "Where is Olomouc?"}, {"question": "Where is Olomouc?", "chat_history": []}),
    evidence="documented: cli/generative-ai/promptflow of Microsoft's examples (the request); "
    "unverified: the name of the output",
)
