"""What the requests and answers of serverless endpoints have in common: sampling fields, and the envelope."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, WrapValidator

from azureml_emulator.schema import Fields, Scoring

Stop = str | list[str] | None


def _as_sent(value: Any, check: Callable[[Any], float]) -> Any:
    """Check a number, and keep 1 apart from 1.0: parameters are reported as they were sent."""
    checked = check(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else checked


_KEPT = WrapValidator(_as_sent)

Temperature = Annotated[float, Field(ge=0, le=2), _KEPT]
Share = Annotated[float, Field(ge=0, le=1), _KEPT]
Penalty = Annotated[float, Field(ge=-2, le=2), _KEPT]


class Sampling(Fields, extra="allow"):
    """Fields of every text request, with the ranges of the Llama routes (documented).

    `null` means the same as leaving a field out, `"stream": "True"` the same as true: Microsoft's own curl
    samples send it, and its server takes it (measured).
    """

    model: str | None = None
    max_tokens: Annotated[int, Field(ge=0)] | None = None
    temperature: Temperature | None = None
    top_p: Share | None = None
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
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
