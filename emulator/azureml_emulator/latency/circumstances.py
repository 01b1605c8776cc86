"""Time that depends on what else a deployment is doing: each wraps another model."""

from types import MappingProxyType
from typing import Annotated

from pydantic.dataclasses import dataclass

from azureml_emulator.latency.distribution import Distribution
from azureml_emulator.latency.model import NESTING, Latency, Number, Pace, Work, about


@dataclass(frozen=True, config=NESTING)
class LoadDependent(Latency):
    """Takes `1 + per_call * (calls at work - at_once)` times as long as `latency`, once more than `at_once` are.

    What counts is how many calls the deployment works on when this one's work begins, this one included.
    """

    example = MappingProxyType({"latency": {"type": "tokens", "first_ms": 300, "gap_ms": 20}, "per_call": 0.1})

    latency: Annotated[Latency, about("How long it takes when nothing else is going on.")]
    per_call: Annotated[Number, about("By what part of that each further call at work makes it longer.")]
    at_once: Annotated[Number, about("So many calls at work do not hold each other up.")] = 1.0

    @property
    def heeds_load(self) -> bool:
        return True

    @property
    def heeds_tokens(self) -> bool:
        return self.latency.heeds_tokens

    def pace(self, work: Work) -> Pace:
        unhindered = self.latency.pace(work)
        factor = 1.0 + self.per_call * max(0.0, work.load.at_work - self.at_once)
        return lambda token: unhindered(token) * factor


@dataclass(frozen=True, config=NESTING)
class ColdStart(Latency):
    """Takes `start_ms` more than `latency` for the first call, and for the first after `idle_s` without any work."""

    example = MappingProxyType({"latency": 200, "start_ms": 8000, "idle_s": 300})

    latency: Annotated[Latency, about("How long it takes when warm.")]
    start_ms: Annotated[Distribution, about("How long getting warm takes: milliseconds, or a distribution.")]
    idle_s: Annotated[Number, about("How many seconds without work let it go cold.")]

    @property
    def heeds_load(self) -> bool:
        return True

    @property
    def heeds_tokens(self) -> bool:
        return self.latency.heeds_tokens

    def pace(self, work: Work) -> Pace:
        warm = self.latency.pace(work)
        if work.load.idle < self.idle_s:
            return warm
        start = self.start_ms.seconds(work.draw.units(b"cold start"))
        return lambda token: start + warm(token)
