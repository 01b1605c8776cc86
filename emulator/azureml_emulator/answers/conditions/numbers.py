"""Conditions on the course of events: which number a call has. They go by the order in which calls arrive."""

from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from azureml_emulator.answers.ask import Ask
from azureml_emulator.answers.conditions.condition import Condition, Miss
from azureml_emulator.answers.conditions.wording import STRICT


def _whole(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("expected a number")
    return value


def _several(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


Number = Annotated[int, BeforeValidator(_whole), Field(ge=1)]


@dataclass(frozen=True, config=STRICT)
class Numbers:
    """Which numbers are meant, counted from 1. All that is said must be true."""

    numbers: Annotated[tuple[Number, ...], BeforeValidator(_several), Field(description="One or several.")] = ()
    every: Annotated[Number | None, Field(description="Every n-th.")] = None
    after: Annotated[Number | None, Field(description="All after this one.")] = None
    up_to: Annotated[Number | None, Field(description="All up to this one.")] = None

    def __post_init__(self) -> None:
        if not (self.numbers or self.every or self.after or self.up_to):
            raise ValueError("expected one of numbers, every, after, up_to")

    def fits(self, number: int) -> bool:
        """Say whether a number is meant."""
        return (
            (not self.numbers or number in self.numbers)
            and (self.every is None or number % self.every == 0)
            and (self.after is None or number > self.after)
            and (self.up_to is None or number <= self.up_to)
        )

    def __str__(self) -> str:
        said = [" or ".join(map(str, self.numbers))] if self.numbers else []
        said += [f"every {self.every}."] if self.every else []
        said += [f"after {self.after}"] if self.after else []
        said += [f"up to {self.up_to}"] if self.up_to else []
        return ", ".join(said)


@dataclass(frozen=True, config=STRICT)
class Call(Numbers, Condition):
    """The number of the call among those for which all else of the rule holds: `call: 2`, `call: {every: 3}`.

    A call that an earlier rule took does not count, and several prompts of a request count once.
    """

    example = MappingProxyType({"numbers": [1, 2]})

    @property
    def counts(self) -> bool:
        return True

    def holds(self, ask: Ask, number: int | None = None) -> bool:
        return number is not None and self.fits(number)

    def miss(self, ask: Ask, number: int | None = None) -> Miss:
        return Miss(0.1, f"call: expected {self}, got {number or 'none'}")


@dataclass(frozen=True, config=STRICT)
class Arrival(Numbers, Condition):
    """How often this very request has come, the same to the last parameter: `arrival: 1` is a new one."""

    example = MappingProxyType({"up_to": 1})

    def holds(self, ask: Ask, number: int | None = None) -> bool:
        return self.fits(ask.occasion.arrival)

    def miss(self, ask: Ask, number: int | None = None) -> Miss:
        return Miss(0.1, f"arrival: expected {self}, got {ask.occasion.arrival}")
