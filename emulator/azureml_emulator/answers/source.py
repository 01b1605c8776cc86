"""What an answer source is: it turns what is asked into a text, or decides about more than the text."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, NamedTuple

from pydantic import ConfigDict

from azureml_emulator.answers.ask import Ask
from azureml_emulator.faults import Fault
from azureml_emulator.latency import Latency
from azureml_emulator.outcome import Outcome
from azureml_emulator.schema import Answer

STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)
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
    """What was decided about all prompts of a request.

    `answers` are in the order of the prompts. The `body` is the first that there is. What strikes one prompt strikes
    the whole answer; `latencies` are the models of the prompts, None for the deployment's own. `remarks` say, when
    they are asked, why prompts were matched by no rule.
    """

    answers: Sequence[Answer]
    body: Any = UNSAID
    faults: tuple[Fault, ...] = ()
    latencies: tuple[Latency | None, ...] = (None,)
    rule: str = ""
    remarks: tuple[Callable[[], str], ...] = ()

    @classmethod
    def of(cls, decisions: list[Decision]) -> "Decided":
        """Put together what was decided prompt by prompt."""
        if len(decisions) == 1:
            answer, body, faults, latency, rule, unmatched = decisions[0]
            return cls((answer,), body, faults, (latency,), rule, (unmatched,) if unmatched else ())
        return cls(
            tuple(one.answer for one in decisions),
            next((one.body for one in decisions if one.body is not UNSAID), UNSAID),
            tuple({id(fault): fault for one in decisions for fault in one.faults}.values()),
            tuple({id(one.latency): one.latency for one in decisions}.values()),
            "; ".join(dict.fromkeys(one.rule for one in decisions if one.rule)),
            tuple(one.unmatched for one in decisions if one.unmatched),
        )


class AnswerSource(Outcome, family=True):
    """Says what the model answers. `repeats` tells that the same ask always has the same answer."""

    repeats: ClassVar[bool] = False

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
