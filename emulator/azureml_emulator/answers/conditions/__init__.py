"""What a rule goes by: each condition is one class, and says in words what differed when it does not hold."""

from azureml_emulator.answers.conditions.combined import Any, Not
from azureml_emulator.answers.conditions.condition import Condition, Miss, When, holds, missed
from azureml_emulator.answers.conditions.numbers import Arrival, Call
from azureml_emulator.answers.conditions.shape import Parameters, Role, Schema
from azureml_emulator.answers.conditions.wording import Header, Prompt, System

__all__ = [
    "Any",
    "Arrival",
    "Call",
    "Condition",
    "Header",
    "Miss",
    "Not",
    "Parameters",
    "Prompt",
    "Role",
    "Schema",
    "System",
    "When",
    "holds",
    "missed",
]
