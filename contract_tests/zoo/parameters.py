"""Formatters that lose, change or mistake the parameters."""

import json
from collections.abc import Mapping
from typing import Any

from contract_tests.zoo.reference import Chat, DedicatedChat, Reference, Serverless
from contract_tests.zoo.specimens import broken


@broken("R04")
class DropsFalse(Reference):
    """Drops what counts as false: a temperature of 0."""

    def parameters(self, model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in model_kwargs.items() if one}


@broken("R04", schema="completions")
class DropsNone(Serverless):
    """Drops what is None."""

    def parameters(self, model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in model_kwargs.items() if one is not None}


@broken("R04", schema="completions")
class BesideThePrompt(Serverless):
    """Nests parameters where the endpoint looks for them beside the prompt."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {"prompt": prompt, "parameters": parameters}


@broken("R04")
class OnTop(Reference):
    """Puts parameters beside `parameters`, where the endpoint ignores them."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {**parameters, "inputs": {"input_string": [prompt]}}


@broken("R04", schema="llama-chat")
class NumbersAreFloats(DedicatedChat):
    """Makes a float of each number."""

    def parameters(self, model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        return {name: float(one) if isinstance(one, int | bool) else one for name, one in model_kwargs.items()}


@broken("R04")
class TrueIsOne(Reference):
    """Makes numbers of truth values."""

    def parameters(self, model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        return {name: int(one) if isinstance(one, bool) else one for name, one in model_kwargs.items()}


@broken("R04", schema="chat")
class HasDefaults(Chat):
    """Adds a temperature that nobody asked for."""

    def parameters(self, model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        return {"temperature": 1.0, **model_kwargs}


@broken("R04", schema="chat")
class KnowsBetter(Chat):
    """Lets through what it knows, and drops the rest."""

    def parameters(self, model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        known = ("temperature", "top_p", "max_tokens", "stop", "seed", "do_sample")
        return {name: one for name, one in model_kwargs.items() if name in known}


@broken("R05", schema="completions")
class ParameterWins(Serverless):
    """Lets a parameter take the prompt's place."""

    def admit(self, prompt: Any, model_kwargs: Mapping[str, Any]) -> None:
        Reference.admit(self, prompt, model_kwargs)


@broken("R05")
class InputsWin(Reference):
    """Takes a parameter for the inputs."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        inputs = parameters.pop("inputs", None)
        return {**super().document(prompt, parameters), **({"inputs": inputs} if inputs else {})}


@broken("R05", schema="completions")
class TripsOverName(Serverless):
    """Refuses a parameter called like the prompt with a KeyError."""

    def admit(self, prompt: Any, model_kwargs: Mapping[str, Any]) -> None:
        if "prompt" in model_kwargs:
            raise KeyError("prompt")
        super().admit(prompt, model_kwargs)


@broken("R05", schema="llama-chat")
class MergesEverything(DedicatedChat):
    """Merges parameters into what holds the messages."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {"input_data": {"input_string": prompt, "parameters": parameters, **parameters}}


@broken("R06")
class TakesStopOut(Reference):
    """Takes the stop sequences out of the caller's parameters."""

    def parameters(self, model_kwargs: Any) -> dict[str, Any]:
        parameters = dict(model_kwargs)
        model_kwargs.pop("stop", None)
        return parameters


@broken("R06", schema="completions")
class SetsDefault(Serverless):
    """Settles a default in the caller's parameters, though not in what is sent."""

    def parameters(self, model_kwargs: Any) -> dict[str, Any]:
        parameters = dict(model_kwargs)
        model_kwargs.setdefault("temperature", 1.0)
        return parameters


@broken("R06", schema="chat")
class AppendsToStop(Chat):
    """Appends a stop sequence to the caller's own list, once the body is written."""

    def encoded(self, document: Any) -> Any:
        body = super().encoded(document)
        if isinstance(document.get("stop"), list):
            document["stop"].append("</s>")
        return body


@broken("R09")
class WritesNan(Reference):
    """Writes NaN and Infinity as Python does."""

    def encoded(self, document: Any) -> Any:
        return json.dumps(document).encode()


@broken("R09", schema="completions")
class RefusesNanOnTop(Serverless):
    """Looks for what is not finite, but not in lists and objects."""

    def encoded(self, document: Any) -> Any:
        for one in document.values():
            if isinstance(one, float):
                json.dumps(one, allow_nan=False)
        return json.dumps(document).encode()


@broken("R09", schema="chat")
class DividesByNan(Chat):
    """Refuses what is not finite with an ArithmeticError."""

    def encoded(self, document: Any) -> Any:
        try:
            return super().encoded(document)
        except ValueError as error:
            if "Out of range" in str(error):
                raise ArithmeticError(str(error)) from None
            raise


@broken("R12")
class AnythingIsText(Reference):
    """Makes a text of what JSON has no form for."""

    def encoded(self, document: Any) -> Any:
        return json.dumps(document, allow_nan=False, default=str).encode()


@broken("R12", schema="completions")
class AnythingIsNull(Serverless):
    """Makes null of what JSON has no form for."""

    def encoded(self, document: Any) -> Any:
        return json.dumps(document, allow_nan=False, default=lambda _: None).encode()


@broken("R12", schema="chat")
class LeavesOut(Chat):
    """Leaves parameters out that JSON has no form for."""

    def parameters(self, model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in model_kwargs.items() if self.writable(one)}

    def writable(self, value: Any) -> bool:
        try:
            json.dumps(value)
        except TypeError:
            return False
        return True


@broken("R12", schema="llama-chat")
class TripsOverSets(DedicatedChat):
    """Refuses what JSON has no form for with an error of no use."""

    def encoded(self, document: Any) -> Any:
        try:
            return super().encoded(document)
        except TypeError as error:
            raise AttributeError("'set' object has no attribute 'items'") from error
