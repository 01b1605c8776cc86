"""How long a deployment takes: each model says when the tokens of an answer are out.

A model of time for the whole answer is a `Distribution`; it can also
stand where another model wants a length of time.
"""

from azureml_emulator.latency.circumstances import ColdStart, LoadDependent
from azureml_emulator.latency.distribution import Constant, Distribution, Exponential, Uniform
from azureml_emulator.latency.empirical import Empirical
from azureml_emulator.latency.gamma import Gamma
from azureml_emulator.latency.mixture import Mixture, Part
from azureml_emulator.latency.model import UNHURRIED, Latency, Load, Milliseconds, Pace, Work
from azureml_emulator.latency.network import carried
from azureml_emulator.latency.normal import Lognormal, Normal
from azureml_emulator.latency.tokens import Burst, Tokens

__all__ = [
    "UNHURRIED",
    "Burst",
    "ColdStart",
    "Constant",
    "Distribution",
    "Empirical",
    "Exponential",
    "Gamma",
    "Latency",
    "Load",
    "LoadDependent",
    "Lognormal",
    "Milliseconds",
    "Mixture",
    "Normal",
    "Pace",
    "Part",
    "Tokens",
    "Uniform",
    "Work",
    "carried",
]
