"""Formatters that a client cannot call, or not for the endpoints that they name."""

from typing import Any

from contract_tests.zoo.reference import Chat, DedicatedChat, Reference, Serverless, Text
from contract_tests.zoo.specimens import broken


@broken("R18")
class CallsItOtherwise(Reference):
    """Calls the api type by another name."""

    def format_request_payload(self, prompt: Any, model_kwargs: Any, kind: Any = "dedicated") -> Any:  # type: ignore[override]
        return super().format_request_payload(prompt, model_kwargs, kind)


@broken("R18", schema="completions")
class ByNameOnly(Serverless):
    """Takes the api type by its name only."""

    def format_response_payload(self, output: bytes, *, api_type: Any = "serverless") -> Any:  # type: ignore[override]
        return super().format_response_payload(output, api_type)


@broken("R18", schema="chat")
class WantsMore(Chat):
    """Wants an argument that no client has, but for those that pass the api type by its name."""

    def format_messages_request_payload(self, messages: Any, model_kwargs: Any, *rest: Any) -> Any:  # type: ignore[override]
        return super().format_messages_request_payload(messages, model_kwargs, *rest)


@broken("R18")
class Misspelt:
    """Has a method of another name for answers."""

    def __init__(self) -> None:
        self.format_request_payload = Reference().format_request_payload

    def format_reponse_payload(self, output: bytes, api_type: Any = "dedicated") -> Any:
        return Text(output.decode())


@broken("R20", schema="llama-chat")
class DeclaresTooMuch(DedicatedChat):
    """Declares an api type for which it raises."""

    supported_api_types = ("dedicated", "serverless")

    def supported(self, api_type: Any) -> None:
        if api_type == "serverless":
            raise ValueError("api type 'serverless' is not supported")


@broken("R20", schema="chat")
class DeclaresOther(Chat):
    """Declares another api type than that of its endpoint, and serves that."""

    supported_api_types = ("dedicated",)

    def supported(self, api_type: Any) -> None:
        pass


@broken("R20", schema="completions")
class TripsOverType(Serverless):
    """Finds no entry for an api type that it does not declare."""

    def supported(self, api_type: Any) -> None:
        if {"serverless": True}[str(api_type)]:
            return


@broken("R20")
class NamesNothing(Reference):
    """Refuses an api type without saying which."""

    def supported(self, api_type: Any) -> None:
        if api_type not in self.supported_api_types:
            raise ValueError("wrong api type")


@broken("R20")
class DeclaresTooLittle(Reference):
    """Has a body for an api type that it does not declare."""

    def format_request_payload(self, prompt: Any, model_kwargs: Any, api_type: Any = "dedicated") -> Any:
        self.admit(prompt, model_kwargs)
        if api_type == "serverless":
            return self.encoded({"prompt": prompt, **model_kwargs})
        return self.encoded(self.document(prompt, dict(model_kwargs)))
