"""The plainest answers: the prompt itself, or always the same text."""

from types import MappingProxyType

from pydantic.dataclasses import dataclass

from azureml_emulator.answers.ask import Ask
from azureml_emulator.answers.source import STRICT, AnswerSource
from azureml_emulator.schema import Answer


@dataclass(frozen=True, config=STRICT)
class Echo(AnswerSource):
    """The decoded prompt comes back, whole and unchanged, whatever the parameters say.

    This is the default: it shows what really arrived at the model. For chat, the last message comes back.
    """

    repeats = True

    def answer(self, ask: Ask) -> Answer:
        return Answer(ask.prompt.text)


@dataclass(frozen=True, config=STRICT)
class Fixed(AnswerSource):
    """Always the same `text`."""

    repeats = True

    example = MappingProxyType({"text": "Paris."})

    text: str
    """What it says."""

    def answer(self, ask: Ask) -> Answer:
        return Answer(self.text)
