"""Formatters that read answers correctly, each in a way of its own."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from contract_tests.zoo.reference import Chat, Reference, Serverless, shown
from contract_tests.zoo.specimens import correct


@dataclass
class Message:
    """A message, as LangChain's `AIMessage` has it."""

    content: str | None


@dataclass
class MessageResult:
    """An answer, as LangChain's `ChatGeneration` has it."""

    message: Message


@correct("chat")
class GivesMessages(Chat):
    """Gives a message; calls of tools have an empty one."""

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"choices": [{"message": {"content": None, "tool_calls": [_, *_]}}, *_]}:
                return ""
        return super().text(document, output)

    def answer(self, text: str) -> Any:
        return MessageResult(Message(text))


@correct("gpt2")
class GivesTexts(Reference):
    """Gives the text as it is."""

    def answer(self, text: str) -> Any:
        return text


class Base(ABC):
    """A base as LangChain's looks, without LangChain."""

    content_type: str | None = "application/json"
    accepts: str | None = "application/json"

    @abstractmethod
    def format_request_payload(self, prompt: str, model_kwargs: dict[str, Any], api_type: Any) -> bytes: ...

    @abstractmethod
    def format_response_payload(self, output: bytes, api_type: Any) -> Any: ...


@correct("huggingface")
class LikeLangchain(Base):
    """Is written as LangChain's own are, in two methods."""

    supported_api_types = ("dedicated",)

    def format_request_payload(self, prompt: str, model_kwargs: dict[str, Any], api_type: Any = "dedicated") -> bytes:
        if api_type not in self.supported_api_types:
            raise ValueError(f"api type {api_type!s} is not supported")
        if not isinstance(prompt, str):
            raise TypeError(f"expected a str as prompt, not {type(prompt).__name__}")
        body = {"inputs": [prompt], "parameters": dict(model_kwargs)}
        return json.dumps(body, allow_nan=False, ensure_ascii=False).encode()

    def format_response_payload(self, output: bytes, api_type: Any = "dedicated") -> str:
        try:
            text = json.loads(output)[0]["0"]["generated_text"]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise ValueError(f"cannot read {shown(output)}: {error!r}") from error
        if not isinstance(text, str):
            raise ValueError(f"the generated text is no text: {shown(output)}")
        return text


@correct("huggingface")
class ReadsOtherForms(LikeLangchain):
    """Reads the forms of other servers too, with a level less."""

    def format_response_payload(self, output: bytes, api_type: Any = "dedicated") -> str:
        try:
            document = json.loads(output)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"cannot read {shown(output)}: {error}") from None
        match document:
            case (
                [{"0": {"generated_text": str(text)}}, *_]
                | [{"generated_text": str(text)}, *_]
                | [{"0": str(text)}, *_]
                | [str(text), *_]
                | {"generated_text": str(text)}
            ):
                return text
        raise ValueError(f"there is no generated text in {shown(output)}")


@correct("gpt2")
class RefusesTwiceEncoded(Reference):
    """Refuses JSON that is written twice, where the reference decodes it."""

    def decoded(self, output: bytes) -> Any:
        try:
            return json.loads(output)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"expected JSON ({error}), got {shown(output)}") from None


class Choice(BaseModel, strict=True):
    """What is needed of a choice."""

    text: str


class Completion(BaseModel, strict=True):
    """What is needed of an answer; all else is ignored."""

    choices: list[Choice]


@correct("completions")
class Modelled(Serverless):
    """Reads answers by models that ignore what they do not know; gives the choices as a list if there are several."""

    def format_response_payload(self, output: bytes, api_type: Any = "serverless") -> Any:
        self.supported(api_type)
        try:
            choices = Completion.model_validate(self.decoded(output)).choices
        except ValueError as error:
            raise ValueError(f"{str(error)[:500]}: {shown(output)}") from None
        if not choices:
            raise ValueError(f"no choice in {shown(output)}")
        return choices[0] if len(choices) == 1 else choices


@correct("cohere-chat-v2")
class JoinsParts(Chat):
    """Cohere's chat: joins the parts of the answer that are text, and passes over all others."""

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"message": {"content": list(parts)}}:
                return "".join(map(self.part, parts))
        raise ValueError(f"expected a message with content, got {shown(output)}")

    def part(self, part: Any) -> str:
        return part["text"] if self.is_text(part) else ""

    def is_text(self, part: Any) -> bool:
        return isinstance(part, Mapping) and part.get("type") == "text" and isinstance(part.get("text"), str)
