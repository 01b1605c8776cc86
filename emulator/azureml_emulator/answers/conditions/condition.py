"""What a condition is: it holds for a call or it does not, and then it can say by how much it was missed."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, WithJsonSchema

from azureml_emulator.answers.ask import Ask
from azureml_emulator.variant import Variant, settings_of


class Miss(NamedTuple):
    """How far off a call was, from 0 (as good as right) to 1 (nothing in common), and in words what differed."""

    far: float
    words: str


class Condition(Variant):
    """Says whether a rule is for a call."""

    @property
    def counts(self) -> bool:
        """Whether it goes by the number that the call has with the rule; such conditions are looked at last."""
        return False

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that it looks at, in lower case."""
        return ()

    @abstractmethod
    def holds(self, ask: Ask, number: int | None = None) -> bool:
        """Say whether it holds; `number` is the call's own among those that the rule counts, if it counts them."""

    @abstractmethod
    def miss(self, ask: Ask, number: int | None = None) -> Miss:
        """Say by how much it does not hold. It is asked only then."""

    @classmethod
    def written_short(cls, value: Any) -> Any:
        """Give the settings that a short way of writing this condition stands for: its first one alone."""
        return value if isinstance(value, Mapping) else {settings_of(cls)[0]: value}

    @classmethod
    def example_setting(cls) -> dict[str, Any]:
        first = settings_of(cls)[0]
        return {cls.kind: cls.example[first] if list(cls.example) == [first] else dict(cls.example)}

    @classmethod
    def spelled_out(cls, value: Any) -> Any:
        """Take the name before the settings, as in `when`."""
        if isinstance(value, Mapping) and len(value) == 1 and (name := next(iter(value))) in cls.members():
            return _long(name, value[name])
        return value


def _long(name: Any, value: Any) -> Any:
    member = Condition.members().get(name)
    if isinstance(value, Condition):
        return value
    settings = member.written_short(value) if member else {}
    return {**settings, "type": name} if isinstance(settings, Mapping) else settings


def _all_long(value: Any) -> Any:
    return {name: _long(name, one) for name, one in value.items()} if isinstance(value, Mapping) else value


_FORM = {"type": "object", "propertyNames": {"pattern": "^[a-z_]+$"}}

When = Annotated[
    dict[str, Condition],
    BeforeValidator(_all_long),
    WithJsonSchema(_FORM),
]
"""Conditions by name, all of which must hold; each may be written short."""


def holds(when: Mapping[str, Condition], ask: Ask, number: int | None) -> bool:
    """Say whether all of several conditions hold."""
    return all(one.holds(ask, number) for one in when.values())


def missed(when: Mapping[str, Condition], ask: Ask, number: int | None) -> Miss:
    """Say by how much several conditions are missed: the mean of all, and the words of those that do not hold."""
    misses = [one.miss(ask, number) for one in when.values() if not one.holds(ask, number)]
    return Miss(sum(one.far for one in misses) / max(len(when), 1), "; ".join(one.words for one in misses))
