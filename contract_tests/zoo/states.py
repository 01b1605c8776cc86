"""Formatters that remember: one call changes another, before it, beside it, or in another process."""

import itertools
import json
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from contract_tests.zoo.reference import Chat, DedicatedChat, Reference, Serverless
from contract_tests.zoo.specimens import broken


@broken("R07")
class RemembersParameters(Reference):
    """Merges the parameters of all calls that there ever were."""

    def __init__(self) -> None:
        self.all: dict[str, Any] = {}

    def parameters(self, model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        self.all.update(model_kwargs)
        return dict(model_kwargs) if self.all.keys() == model_kwargs.keys() else dict(self.all)


@broken("R07", schema="completions")
class ClassRemembers(Serverless):
    """Keeps the first stop sequences on its class, for all who pass others."""

    first: ClassVar[list[Any]] = []

    def parameters(self, model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        type(self).first.append(sorted(model_kwargs))
        return dict(sorted(model_kwargs.items(), reverse=len(self.first) % 2 == 0))


@broken("R07", schema="chat")
class Numbered(Chat):
    """Sends a number with each body that is another one each time."""

    numbers = itertools.count()

    def encoded(self, document: Any) -> Any:
        return super().encoded({**document, "model": f"call {next(self.numbers)}"})


@broken("R07")
class FailsForGood(Reference):
    """Writes otherwise ever after a call that failed."""

    failed = False

    def encoded(self, document: Any) -> Any:
        try:
            body = super().encoded(document)
        except TypeError:
            self.failed = True
            raise
        return body.replace(b": ", b":") if self.failed else body


@broken("R08")
class PromptOnSelf(Reference):
    """Puts the prompt on itself, and writes it a moment later."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        self.prompt = prompt
        time.sleep(0)
        return super().document(self.prompt, parameters)


@broken("R08", schema="completions")
class ParametersOnSelf(Serverless):
    """Collects the parameters in a dictionary that all calls share."""

    def __init__(self) -> None:
        self.shared: dict[str, Any] = {}

    def parameters(self, model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        self.shared.clear()
        self.shared.update(model_kwargs)
        time.sleep(0)
        return dict(self.shared)


@broken("R08", schema="llama-chat")
class AnswerOnSelf(DedicatedChat):
    """Puts the answer on itself, and reads it a moment later."""

    def decoded(self, output: bytes) -> Any:
        self.answered = super().decoded(output)
        time.sleep(0)
        return self.answered


@broken("R16")
class StopIsSet(Reference):
    """Makes a set of the stop sequences, so that each is there once."""

    def parameters(self, model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        stop = model_kwargs.get("stop")
        return {**model_kwargs, "stop": [*set(stop)]} if stop and len(stop) > 2 else dict(model_kwargs)


@broken("R16", schema="completions")
class NamesAreSet(Serverless):
    """Writes the parameters in the order of a set."""

    def encoded(self, document: Any) -> Any:
        return json.dumps({name: document[name] for name in {*document}}, allow_nan=False).encode()
