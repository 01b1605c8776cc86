"""Conditions on the form of a request: its wire shape, who spoke last, its parameters."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, JsonValue
from pydantic.dataclasses import dataclass

from azureml_emulator.answers.ask import Ask
from azureml_emulator.answers.conditions.condition import Condition, Miss
from azureml_emulator.answers.conditions.wording import STRICT, Pieces
from azureml_emulator.difference import short
from azureml_emulator.schemas import all_schemas
from azureml_emulator.spelling import nearest


def _known(names: Any) -> Any:
    for name in (names,) if isinstance(names, str) else names if isinstance(names, list | tuple) else ():
        guess = nearest(str(name), all_schemas()) if name not in all_schemas() else ""
        if guess:  # any other may be a shape of one's own
            raise ValueError(f"expected the name of a wire shape{guess}")
    return names


@dataclass(frozen=True, config=STRICT)
class Schema(Condition):
    """The request is of this wire shape, or of one of several."""

    example = MappingProxyType({"names": "chat"})

    names: Annotated[Pieces, BeforeValidator(_known)]
    """The names of shapes, as `azureml-emulator schemas` lists them."""

    def holds(self, ask: Ask, number: int | None = None) -> bool:
        return ask.occasion.schema in self.names

    def miss(self, ask: Ask, number: int | None = None) -> Miss:
        return Miss(1.0, f"schema: expected {' or '.join(self.names)}, got {ask.occasion.schema}")


@dataclass(frozen=True, config=STRICT)
class Role(Condition):
    """The last message of a conversation has this role, or one of several; a request that is no chat has none."""

    example = MappingProxyType({"names": "tool"})

    names: Pieces
    """The roles: `system`, `user`, `assistant`, `tool`, `developer`."""

    def holds(self, ask: Ask, number: int | None = None) -> bool:
        return _role(ask) in self.names

    def miss(self, ask: Ask, number: int | None = None) -> Miss:
        return Miss(1.0, f"role: expected {' or '.join(self.names)}, got {_role(ask) or 'none'}")


def _role(ask: Ask) -> str:
    return str(ask.prompt.messages[-1].get("role", "")) if ask.prompt.messages else ""


@dataclass(frozen=True, config=STRICT)
class Parameters(Condition):
    """Generation parameters have these values; others may stand beside them, also inside objects.

    1 and 1.0 are the same, true is neither; null is one that was not sent. `parameters: {temperature: 0}`.
    """

    example = MappingProxyType({"temperature": 0.5, "stream": True})

    values: dict[str, JsonValue]
    """Values by the parameter's name."""

    @classmethod
    def written_short(cls, value: Any) -> Any:
        return {"values": value}

    def holds(self, ask: Ask, number: int | None = None) -> bool:
        parameters = ask.reading.parameters
        for name, one in self.values.items():  # noqa: SIM110  a generator takes twice as long
            if not _within(one, parameters.get(name)):
                return False
        return True

    def miss(self, ask: Ask, number: int | None = None) -> Miss:
        wrong = [name for name, one in self.values.items() if not _within(one, ask.parameters.get(name))]
        words = [f"{name}: expected {short(self.values[name])}, got {_shown(ask.parameters, name)}" for name in wrong]
        return Miss(len(wrong) / len(self.values), "parameter " + "; ".join(words))


def _within(expected: Any, got: Any) -> bool:
    """Say whether a value is as expected; objects may have more."""
    if isinstance(expected, dict):
        return isinstance(got, Mapping) and all(_within(one, got.get(name)) for name, one in expected.items())
    if isinstance(expected, list) and isinstance(got, list | tuple):
        return len(expected) == len(got) and all(map(_within, expected, got))
    return isinstance(expected, bool) == isinstance(got, bool) and bool(expected == got)


def _shown(parameters: Mapping[str, Any], name: str) -> str:
    return short(parameters[name]) if name in parameters else "none"
