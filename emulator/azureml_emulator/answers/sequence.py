"""Answers one after the other."""

from types import MappingProxyType
from typing import Annotated

from pydantic.dataclasses import dataclass

from azureml_emulator.answers.ask import Ask
from azureml_emulator.answers.source import LATER, AnswerSource, DecidingSource, Decision
from azureml_emulator.answers.texts import Echo
from azureml_emulator.faults import Fault
from azureml_emulator.outcome import Outcome
from azureml_emulator.spelling import SOME

_ECHO = Echo()


@dataclass(frozen=True, config=LATER)
class Sequence(DecidingSource):
    """First the first of the `parts`, then the next; then it stays at the last one, or begins anew with `loop`.

    A part is an answer source or a fault. A fault strikes the answer that comes after it in the list, or the echo if
    none does. Each request takes one part, by order of arrival, however many prompts it has.
    """

    example = MappingProxyType({"parts": [{"status": 429}, {"fixed": "Paris."}]})

    parts: Annotated[tuple[Outcome, ...], SOME]
    """Answer sources and faults."""
    loop: bool = False
    """Whether it begins anew after the last part."""

    def decide(self, ask: Ask) -> Decision:
        turn = ask.turn(self) - 1
        place = turn % len(self.parts) if self.loop else min(turn, len(self.parts) - 1)
        part = self.parts[place]
        if isinstance(part, AnswerSource):
            return part.decide(ask)
        assert isinstance(part, Fault)
        following = (one for one in self.parts[place + 1 :] if isinstance(one, AnswerSource))
        decision = next(following, _ECHO).decide(ask.ahead())
        return decision._replace(faults=(part,))
