"""What a latency model is: from the work that an answer is to when its tokens are out."""

from abc import abstractmethod
from collections.abc import Callable
from math import inf
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import ConfigDict, Field

from azureml_emulator.draw import Draw
from azureml_emulator.variant import Variant

Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]

STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)

Pace = Callable[[int], float]
"""When so many tokens are out, in seconds after the work began; more tokens are never out earlier."""


class Load(NamedTuple):
    """What else a deployment is doing when a call's work begins.

    `at_work` is how many calls it works on, this one included; `idle` the seconds since it last had any work,
    infinite if it never had.
    """

    at_work: int = 1
    idle: float = inf


UNHURRIED = Load()


class Work(NamedTuple):
    """What a model may go by: the prompt's tokens, randomness of the request's own, and what else is going on."""

    prompt_tokens: int = 0
    draw: Draw = Draw.of()
    load: Load = UNHURRIED


class Latency(Variant):
    """Says when tokens are out. `heeds_load` tells whether the model looks at `Work.load`."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "number", "minimum": 0},)

    @property
    def heeds_load(self) -> bool:
        """Whether it goes by what else the deployment is doing."""
        return False

    @abstractmethod
    def pace(self, work: Work) -> Pace:
        """Say when the tokens of one answer are out."""

    @classmethod
    def spelled_out(cls, value: Any) -> Any:
        """Take a number for so many milliseconds."""
        return {"type": "constant", "ms": value} if isinstance(value, int | float) else value
