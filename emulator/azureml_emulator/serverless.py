"""What the requests and answers of serverless endpoints have in common: sampling fields, and the envelope."""

from typing import Annotated, Any, Literal

from pydantic import Field

from azureml_emulator.schema import Fields, Scoring

Stop = str | list[str] | None


class Sampling(Fields, extra="allow"):
    """Fields of every text request, with the ranges of the Llama routes (documented).

    `null` means the same as leaving a field out, `"stream": "True"` the same as true: Microsoft's own curl
    samples send it, and its server takes it (measured).
    """

    model: str | None = None
    max_tokens: Annotated[int, Field(ge=0)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    seed: int | None = None
    stop: Stop = None
    stream: bool | None = None

    def parameters(self, *prompt: str) -> dict[str, Any]:
        """Everything that was sent but the prompt's own fields, the model's name and the wish to stream."""
        sent = self.model_dump(exclude_unset=True)
        return {name: value for name, value in sent.items() if name not in {*prompt, "model", "stream"}}


class Usage(Fields):
    """Token counts."""

    prompt_tokens: int
    total_tokens: int
    completion_tokens: int


class Envelope(Fields):
    """What every answer carries around its choices."""

    id: str
    object: str
    created: int
    model: str
    usage: Usage | None = None


FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]


def envelope(scoring: Scoring, kind: str, choice: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Wrap one choice."""
    return {
        "id": scoring.id,
        "object": kind,
        "created": scoring.created,
        "model": scoring.model,
        "choices": [{"index": 0, **choice}],
        **more,
    }
