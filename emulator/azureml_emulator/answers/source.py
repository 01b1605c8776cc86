"""What an answer source is: it turns what is asked into a text, or decides about more than the text."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Final, NamedTuple

from pydantic import ConfigDict

from azureml_emulator.answers.ask import Ask
from azureml_emulator.faults import Fault
from azureml_emulator.latency import Latency
from azureml_emulator.outcome import Outcome
from azureml_emulator.schema import Answer

STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)
LATER = ConfigDict(**STRICT, defer_build=True)
"""For sources that hold others: all of these must be known before their settings can be checked."""

UNSAID: Final = object()
"""The body of a decision that does not say one."""


class Decision(NamedTuple):
    """What an answer source decides about one prompt.

    `body` is a JSON value that stands in place of what the shape would write, `faults` strike the answer beside those
    of the deployment, `latency` stands in for the deployment's. `rule` names the rule that matched; `unmatched` says,
    when it is asked, why none did.
    """

    answer: Answer
    body: Any = UNSAID
    faults: tuple[Fault, ...] = ()
    latency: Latency | None = None
    rule: str = ""
    unmatched: Callable[[], str] | None = None


class Decided(NamedTuple):
    """What was decided about all prompts of a request."""

    decisions: tuple[Decision, ...]

    @property
    def answers(self) -> list[Answer]:
        """The answers, in the order of the prompts."""
        return [one.answer for one in self.decisions]

    @property
    def body(self) -> Any:
        """The body that stands in place of the shape's, the first if several prompts have one; or `UNSAID`."""
        return next((one.body for one in self.decisions if one.body is not UNSAID), UNSAID)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of all prompts, each once: what strikes one of them strikes the whole answer."""
        return tuple({id(fault): fault for one in self.decisions for fault in one.faults}.values())

    @property
    def latencies(self) -> list[Latency | None]:
        """The latency models of the prompts, each once; None stands for the deployment's own."""
        return list({id(one.latency): one.latency for one in self.decisions}.values())

    @property
    def rule(self) -> str:
        """The rules that matched."""
        return "; ".join(dict.fromkeys(one.rule for one in self.decisions if one.rule))

    @property
    def remarks(self) -> list[Callable[[], str]]:
        """What says, when it is asked, why prompts were matched by no rule."""
        return [one.unmatched for one in self.decisions if one.unmatched]


class AnswerSource(Outcome, family=True):
    """Says what the model answers."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = (
        {"type": "object", "not": {"required": ["type"]}, "minProperties": 1},
    )

    @classmethod
    def spelled_out(cls, value: Any) -> Any:
        """Take a function, in Python, for the source that asks it."""
        return {"type": "python", "function": value} if callable(value) else super().spelled_out(value)

    @abstractmethod
    def answer(self, ask: Ask) -> Answer:
        """Answer one prompt. Raises `ScoringFailed` where a score.py would raise."""

    def decide(self, ask: Ask) -> Decision:
        """Answer one prompt, and decide what else becomes of the request."""
        return Decision(self.answer(ask))


class DecidingSource(AnswerSource, family=True):
    """An answer source that decides about more than a text, or goes by more than the prompt."""

    @abstractmethod
    def decide(self, ask: Ask) -> Decision: ...

    def answer(self, ask: Ask) -> Answer:
        return self.decide(ask).answer
