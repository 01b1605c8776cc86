"""Where answers come from: each source turns what is asked into a text, or decides what else becomes of a request."""

from azureml_emulator.answers.ask import Ask, Occasion
from azureml_emulator.answers.functions import Python
from azureml_emulator.answers.nonsense import Faker
from azureml_emulator.answers.source import UNSAID, AnswerSource, Decided, DecidingSource, Decision
from azureml_emulator.answers.texts import Echo, Fixed

__all__ = [
    "UNSAID",
    "AnswerSource",
    "Ask",
    "Decided",
    "DecidingSource",
    "Decision",
    "Echo",
    "Faker",
    "Fixed",
    "Occasion",
    "Python",
]
