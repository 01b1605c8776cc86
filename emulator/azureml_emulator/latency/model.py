"""What a latency model is: from the work that an answer is to when its tokens are out."""

from abc import abstractmethod
from collections.abc import Callable
from math import inf
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Field

from azureml_emulator.draw import Draw
from azureml_emulator.variant import Variant


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("expected a number, not true or false")
    return value


Number = Annotated[float, BeforeValidator(_no_truth), Field(ge=0, le=1e9, allow_inf_nan=False)]
"""A number that is neither negative nor out of proportion."""

Milliseconds = Number

STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)

NESTING = ConfigDict(**STRICT, defer_build=True)
"""For a model with another one among its settings: those are looked up when all of them exist.

By then the docstrings of its attributes are lost (pydantic), so its settings say `about(...)`.
"""


def about(what: str) -> Any:
    """Describe a setting."""
    return Field(description=what)


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
    """What a model may go by.

    That is the prompt's tokens, randomness of the request's own, what else is going on, and the tokens of the answer,
    which are endless if nobody knows.
    """

    prompt_tokens: int = 0
    draw: Draw = Draw.of()
    load: Load = UNHURRIED
    tokens: float = inf


class Latency(Variant):
    """Says when tokens are out. `heeds_load` tells whether the model looks at `Work.load`."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"type": "number", "minimum": 0},)
    short_words: ClassVar[str] = "a number of milliseconds, or "

    @property
    def heeds_load(self) -> bool:
        """Whether it goes by what else the deployment is doing."""
        return False

    @property
    def heeds_tokens(self) -> bool:
        """Whether it goes by how many tokens the prompt and the answer have."""
        return True

    @abstractmethod
    def pace(self, work: Work) -> Pace:
        """Say when the tokens of one answer are out."""

    @classmethod
    def spelled_out(cls, value: Any) -> Any:
        """Take a number, also one that is written as a text, for so many milliseconds."""
        if isinstance(value, str) and value.replace(".", "", 1).isdecimal():
            value = float(value)
        bare = isinstance(value, int | float) and not isinstance(value, bool)
        return {"type": "constant", "ms": value} if bare else value
