"""Azure Machine Learning's scoring endpoints on your own machine.

    from azureml_emulator import Emulator, Endpoint

    with Emulator([Endpoint("gpt2", schema="gpt2", key="k")]) as emulator:
        emulator["gpt2"].url, emulator["gpt2"].key, emulator["gpt2"].calls

Names are loaded when first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azureml_emulator.access import mint
    from azureml_emulator.answers import Ask, Echo, Faker, Fixed, Python
    from azureml_emulator.emulator import Emulator
    from azureml_emulator.endpoint import Deployment, Endpoint, RequestSettings
    from azureml_emulator.engine import Engine
    from azureml_emulator.errors import ConfigError, EmulatorError
    from azureml_emulator.journal import Exchange
    from azureml_emulator.json_shapes import json_shape
    from azureml_emulator.latency import Constant, Tokens
    from azureml_emulator.scenario import Scenario, Step
    from azureml_emulator.schema import Answer, Prompt, Reading, Schema, Scoring
    from azureml_emulator.wire import Call, Reply

_HOMES = {
    "Answer": "schema",
    "Ask": "answers",
    "Call": "wire",
    "ConfigError": "errors",
    "Constant": "latency",
    "Deployment": "endpoint",
    "Echo": "answers",
    "Emulator": "emulator",
    "EmulatorError": "errors",
    "Endpoint": "endpoint",
    "Engine": "engine",
    "Exchange": "journal",
    "Faker": "answers",
    "Fixed": "answers",
    "Prompt": "schema",
    "Python": "answers",
    "Reading": "schema",
    "Reply": "wire",
    "RequestSettings": "endpoint",
    "Scenario": "scenario",
    "Schema": "schema",
    "Scoring": "schema",
    "Step": "scenario",
    "Tokens": "latency",
    "json_shape": "json_shapes",
    "mint": "access",
}

__all__ = [
    "Answer",
    "Ask",
    "Call",
    "ConfigError",
    "Constant",
    "Deployment",
    "Echo",
    "Emulator",
    "EmulatorError",
    "Endpoint",
    "Engine",
    "Exchange",
    "Faker",
    "Fixed",
    "Prompt",
    "Python",
    "Reading",
    "Reply",
    "RequestSettings",
    "Scenario",
    "Schema",
    "Scoring",
    "Step",
    "Tokens",
    "json_shape",
    "mint",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
