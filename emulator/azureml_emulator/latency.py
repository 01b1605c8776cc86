"""How long a deployment takes: each model says when the tokens of an answer are out."""

from abc import abstractmethod
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from azureml_emulator.variant import Variant

Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Latency(Variant):
    """Says when tokens are out."""

    @abstractmethod
    def at(self, token: int) -> float:
        """Give the time at which so many tokens are out, in seconds after the call's arrival."""


@dataclass(frozen=True, config=_STRICT)
class Constant(Latency):
    """The whole answer takes `ms` milliseconds, however long it is."""

    ms: Milliseconds = 0.0

    def at(self, token: int) -> float:
        return self.ms / 1000


@dataclass(frozen=True, config=_STRICT)
class Tokens(Latency):
    """The first token takes `first_ms` milliseconds (TTFT), each further one `gap_ms` more (ITL)."""

    first_ms: Milliseconds
    gap_ms: Milliseconds

    def at(self, token: int) -> float:
        return (self.first_ms + max(token - 1, 0) * self.gap_ms) / 1000
