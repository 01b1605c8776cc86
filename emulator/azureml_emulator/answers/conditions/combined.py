"""Conditions made of conditions."""

from types import MappingProxyType
from typing import Annotated
from typing import Any as Anything

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from azureml_emulator.answers.ask import Ask
from azureml_emulator.answers.conditions.condition import Condition, Miss, When, holds, missed
from azureml_emulator.answers.conditions.wording import STRICT
from azureml_emulator.spelling import SOME

_LATER = ConfigDict(**STRICT, defer_build=True)


@dataclass(frozen=True, config=_LATER)
class Any(Condition):
    """At least one of several groups of conditions holds: `any: [{prompt: rain}, {header: {x-team: a}}]`."""

    example = MappingProxyType({"groups": [{"prompt": {"contains": "rain"}}, {"parameters": {"temperature": 0}}]})

    groups: Annotated[tuple[When, ...], SOME]
    """Each as `when` of a rule."""

    @property
    def counts(self) -> bool:
        return any(one.counts for when in self.groups for one in when.values())

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(name for when in self.groups for one in when.values() for name in one.headers)

    def holds(self, ask: Ask, number: int | None = None) -> bool:
        return any(holds(when, ask, number) for when in self.groups)

    def miss(self, ask: Ask, number: int | None = None) -> Miss:
        return min((missed(when, ask, number) for when in self.groups), key=lambda one: one.far)


@dataclass(frozen=True, config=_LATER)
class Not(Condition):
    """Some conditions do not all hold: `not: {prompt: {contains: weather}}`."""

    example = MappingProxyType({"prompt": {"contains": "weather"}})

    when: When
    """As `when` of a rule."""

    @classmethod
    def written_short(cls, value: Anything) -> Anything:
        return {"when": value}

    @property
    def counts(self) -> bool:
        return any(one.counts for one in self.when.values())

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(name for one in self.when.values() for name in one.headers)

    def holds(self, ask: Ask, number: int | None = None) -> bool:
        return not holds(self.when, ask, number)

    def miss(self, ask: Ask, number: int | None = None) -> Miss:
        return Miss(0.5, f"not: {' and '.join(self.when) or 'what is always true'} should not hold")
