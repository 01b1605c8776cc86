"""How long a deployment takes: each model says when the tokens of an answer are out.

A model of time for the whole answer is a `Distribution`; it can also
stand where another model wants a length of time.
"""

from azureml_emulator.latency.distribution import Constant, Distribution
from azureml_emulator.latency.model import UNHURRIED, Latency, Load, Milliseconds, Pace, Work
from azureml_emulator.latency.tokens import Tokens

__all__ = [
    "UNHURRIED",
    "Constant",
    "Distribution",
    "Latency",
    "Load",
    "Milliseconds",
    "Pace",
    "Tokens",
    "Work",
]
