"""Where answers come from: each source turns what is asked into a text, or decides what else becomes of a request."""

from azureml_emulator.answers.ask import Ask, Occasion
from azureml_emulator.answers.bodies import File, Json
from azureml_emulator.answers.conditions import Condition
from azureml_emulator.answers.functions import Python
from azureml_emulator.answers.nonsense import Faker
from azureml_emulator.answers.rules import Rule, Rules
from azureml_emulator.answers.sequence import Sequence
from azureml_emulator.answers.source import UNSAID, AnswerSource, Decided, DecidingSource, Decision
from azureml_emulator.answers.template import Template
from azureml_emulator.answers.texts import Echo, Fixed

__all__ = [
    "UNSAID",
    "AnswerSource",
    "Ask",
    "Condition",
    "Decided",
    "DecidingSource",
    "Decision",
    "Echo",
    "Faker",
    "File",
    "Fixed",
    "Json",
    "Occasion",
    "Python",
    "Rule",
    "Rules",
    "Sequence",
    "Template",
]
