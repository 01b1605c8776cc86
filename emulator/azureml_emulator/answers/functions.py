"""Answers of a user's own, in Python."""

import importlib
from collections.abc import Callable
from copy import deepcopy
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema
from pydantic.dataclasses import dataclass

from azureml_emulator.answers.ask import Ask
from azureml_emulator.answers.source import STRICT, AnswerSource
from azureml_emulator.errors import ScoringFailed
from azureml_emulator.files import only_near
from azureml_emulator.schema import Answer


def load(name: Any) -> Any:
    """Import `module:attribute`; anything but a string is given back as it is.

    Raises `ValueError` saying which half was not found.
    """
    if not isinstance(name, str):
        return name
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise ValueError(f"expected module:function, not {name!r}")
    try:
        return getattr(importlib.import_module(module), attribute)
    except AttributeError:
        raise ValueError(f"module {module!r} has no {attribute!r}") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001  a user's module may do anything when it is imported
        raise ValueError(f"cannot import {module!r}: {type(error).__name__}: {error}") from None


def _given(function: Any, info: ValidationInfo) -> Any:
    only_near(info)
    return load(function)


Function = Annotated[
    Callable[[str, dict[str, Any]], str],
    BeforeValidator(_given),
    WithJsonSchema({"type": "string", "pattern": "^[^:]+:[^:]+$"}),
]
"""A user's answer: takes the prompt's text and the parameters, gives the answer's text."""


@dataclass(frozen=True, config=STRICT)
class Python(AnswerSource):
    """What a Python `function(prompt, parameters)` returns, given as `module:function`.

    It runs on the emulator's own thread, so it should not block. When it raises, or returns no string, the
    caller sees what a failing score.py causes: 424 on a dedicated endpoint, 500 on a serverless one.
    """

    example = MappingProxyType({"function": "textwrap:shorten"})

    function: Function
    """`module:function`, or in Python the function itself."""

    def answer(self, ask: Ask) -> Answer:
        try:
            text = self.function(ask.prompt.text, deepcopy(dict(ask.parameters)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise ScoringFailed(f"{type(error).__name__}: {error}") from error
        if not isinstance(text, str):
            raise ScoringFailed(f"the answer function returned {type(text).__name__}, not str")
        return Answer(text)
