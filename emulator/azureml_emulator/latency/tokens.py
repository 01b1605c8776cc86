"""Time by the token, as language models take it."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic.dataclasses import dataclass

from azureml_emulator.latency.distribution import Constant, Distribution
from azureml_emulator.latency.model import NESTING, STRICT, Latency, Milliseconds, Pace, Work, about

_Most = Annotated[int, Field(ge=1, le=1_000_000)]


@dataclass(frozen=True, config=STRICT)
class Burst:
    """How many tokens come at once: any number from `low` to `high`, all equally likely."""

    low: _Most = 1
    """The fewest."""
    high: _Most = 1
    """The most."""

    def __post_init__(self) -> None:
        if self.high < self.low:
            raise ValueError(f"high: expected at least low, which is {self.low}, not {self.high}")

    def size(self, units: Iterator[float]) -> int:
        """Draw one."""
        return self.low + int(next(units) * (self.high - self.low + 1))


def _spelled_out(given: Any) -> Any:
    if isinstance(given, Burst | dict):
        return given
    if isinstance(given, int) and not isinstance(given, bool):
        return {"low": given, "high": given}
    raise ValueError("expected a whole number, or {low: ..., high: ...}")


_FORMS = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {
            "type": "object",
            "properties": {one: {"type": "integer", "minimum": 1} for one in ("low", "high")},
            "additionalProperties": False,
        },
    ]
}

_Size = Annotated[Burst, BeforeValidator(_spelled_out), WithJsonSchema(_FORMS)]


@dataclass(frozen=True, config=NESTING)
class Tokens(Latency):
    """The first token takes `first_ms`, and `prefill_ms` for each token of the prompt (TTFT).

    Each further one takes `gap_ms` more (ITL). With `burst`, several come at once, when the last of them would
    have come: so they arrive from Azure, whose content filter looks at some text before it lets it through (reported:
    vercel/ai#1066, Azure/azure-sdk-for-java#38092).
    """

    example = MappingProxyType({"first_ms": 300, "gap_ms": 20})

    first_ms: Annotated[Distribution, about("Until the first token: milliseconds, or a distribution.")]
    gap_ms: Annotated[
        Distribution, about("From a token to the next: milliseconds, or a distribution to draw each from.")
    ]
    prefill_ms: Annotated[Milliseconds, about("More for each token of the prompt, until the first token.")] = 0.0
    burst: Annotated[
        _Size, about("How many come at once: a number, or `{low: ..., high: ...}` to draw each from.")
    ] = Burst()

    def pace(self, work: Work) -> Pace:
        first_ms = self.first_ms.seconds(work.draw.units(b"first token")) * 1000
        first_ms += work.prompt_tokens * self.prefill_ms
        if isinstance(self.gap_ms, Constant):
            even = _even(first_ms, self.gap_ms.ms)
        else:
            even = _uneven(first_ms / 1000, self.gap_ms, work.draw.units(b"gaps"))
        if self.burst.high == 1:
            return even
        last = _last_of_burst(self.burst, work.draw.units(b"bursts"))
        return lambda token: even(int(min(last(token), max(work.tokens, token))))


def _even(first_ms: float, gap_ms: float) -> Pace:
    return lambda token: (first_ms + max(token - 1, 0) * gap_ms) / 1000


def _uneven(first: float, gap: Distribution, units: Iterator[float]) -> Pace:
    """Draw each gap when it is first asked for."""
    out = [first]

    def pace(token: int) -> float:
        while len(out) < token:
            out.append(out[-1] + gap.seconds(units))
        return out[max(token, 1) - 1]

    return pace


def _last_of_burst(burst: Burst, units: Iterator[float]) -> Callable[[int], int]:
    """Tell which token is the last of the burst that a token comes in."""
    lasts: list[int] = []

    def last(token: int) -> int:
        while not lasts or lasts[-1] < token:
            lasts.append((lasts[-1] if lasts else 0) + burst.size(units))
        return lasts[bisect_left(lasts, token)]

    return last
