"""The fields of every text request, and which of them count as extra parameters."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field, WrapValidator

from azureml_emulator.schema import Fields

Stop = str | list[str] | None


class _Extra:
    """Marks a field that is OpenAI's, and no standard one of the Azure AI Model Inference API."""


EXTRA = _Extra()


def standard(request: type[BaseModel]) -> frozenset[str]:
    """Name the standard fields of a request: those that do not count as extra parameters."""
    return frozenset(name for name, field in request.model_fields.items() if EXTRA not in field.metadata)


def _as_sent(value: Any, check: Callable[[Any], float]) -> Any:
    """Check a number, and keep 1 apart from 1.0: parameters are reported as they were sent."""
    checked = check(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else checked


_KEPT = WrapValidator(_as_sent)

Temperature = Annotated[float, Field(ge=0, le=2), _KEPT]
Share = Annotated[float, Field(ge=0, le=1), _KEPT]
Penalty = Annotated[float, Field(ge=-2, le=2), _KEPT]
Count = Annotated[int, Field(ge=0)]
Several = Annotated[int, Field(ge=1, le=128)]


class StreamOptions(Fields, extra="allow"):
    """What else a stream tells. Without it the usage is in the last chunk (documented for Azure)."""

    include_usage: bool | None = None


class Sampling(Fields, extra="allow"):
    """Fields of every text request, with the ranges of the Llama routes (documented).

    `null` means the same as leaving a field out, `"stream": "True"` the same as true: Microsoft's own curl
    samples send it, and its server takes it (measured). The ranges of the extra ones are OpenAI's (documented).
    """

    model: str | None = None
    max_tokens: Count | None = None
    temperature: Temperature | None = None
    top_p: Share | None = None
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    seed: int | None = None
    stop: Stop = None
    stream: bool | None = None
    n: Annotated[Several | None, EXTRA] = None
    stream_options: Annotated[StreamOptions | None, EXTRA] = None

    def parameters(self, *prompt: str) -> dict[str, Any]:
        """Everything that was sent but the prompt's own fields, the model's name and the wish to stream."""
        sent = self.model_dump(exclude_unset=True, by_alias=True)
        return {name: value for name, value in sent.items() if name not in {*prompt, "model", "stream"}}


def limit(parameters: Mapping[str, Any]) -> int | None:
    """Give the length limit that the caller set, in tokens."""
    given = parameters.get("max_completion_tokens")
    return parameters.get("max_tokens") if given is None else given
