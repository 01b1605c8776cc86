"""More formatters that are correct, each unlike the others in something that a check might take for a mistake."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from contract_tests.zoo.reference import Chat, DedicatedChat, Reference, Serverless
from contract_tests.zoo.specimens import correct


@correct("gpt2")
class Compact(Reference):
    """Writes no blanks."""

    def encoded(self, document: Any) -> Any:
        return json.dumps(document, allow_nan=False, separators=(",", ":")).encode()


@correct("completions")
class Sorted(Serverless):
    """Writes keys in alphabetical order, on lines of their own."""

    def encoded(self, document: Any) -> Any:
        return json.dumps(document, allow_nan=False, sort_keys=True, indent=2).encode()


@correct("gpt2")
class AsItIs(Reference):
    """Writes characters as they are, in UTF-8; refuses what has none."""

    def encoded(self, document: Any) -> Any:
        return json.dumps(document, allow_nan=False, ensure_ascii=False).encode()


@correct("gpt2")
class EscapesSurrogates(Reference):
    """Sends halves of surrogate pairs as escapes."""

    def admit(self, prompt: Any, model_kwargs: Mapping[str, Any]) -> None:
        if not isinstance(prompt, str):
            raise TypeError("expected a str as prompt")


@correct("gpt2")
class PlainText(Reference):
    """Gives the text itself."""

    def answer(self, text: str) -> Any:
        return text


@dataclass(frozen=True)
class Message:
    """What a model said."""

    content: str


@dataclass(frozen=True)
class Generation:
    """An answer, as LangChain's `ChatGeneration` has it; it has no text of its own."""

    message: Message


@correct("chat")
class GivesMessages(Chat):
    """Gives the text in a message, in a generation."""

    def answer(self, text: str) -> Any:
        return Generation(Message(text))


@correct("gpt2")
class TwoArguments:
    """Takes no api type, as before there was one; declares nothing."""

    def __init__(self) -> None:
        self._inner = Reference()

    def format_request_payload(self, prompt: str, model_kwargs: dict[str, Any]) -> bytes:
        return bytes(self._inner.format_request_payload(prompt, model_kwargs))

    def format_response_payload(self, output: bytes) -> str:
        return str(self._inner.format_response_payload(output).text)


@correct("completions")
class TakesWhateverComes(Serverless):
    """Takes arguments as they come, and looks at them itself."""

    def format_request_payload(self, *values: Any, **named: Any) -> Any:
        return super().format_request_payload(*values, **named)

    def format_response_payload(self, *values: Any, **named: Any) -> Any:
        return super().format_response_payload(*values, **named)


@correct("completions")
class Counts(Serverless):
    """Counts its calls, under a lock, and sends nothing of that."""

    def __init__(self) -> None:
        self.calls, self._lock = 0, threading.Lock()

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        with self._lock:
            self.calls += 1
        return super().document(prompt, parameters)


@correct("gpt2")
class OwnBytes(Reference):
    """Writes JSON as fast encoders do: compact UTF-8, NaN as null, integers of 64 bits only, errors of its own."""

    def encoded(self, document: Any) -> Any:
        return self.written(document).encode()

    def written(self, value: Any) -> str:
        match value:
            case None | bool() | str():
                return json.dumps(value, ensure_ascii=False)
            case int():
                if not -(2**63) <= value < 2**64:
                    raise EncodeError("integer exceeds 64 bits")
                return str(value)
            case float():
                return json.dumps(value) if abs(value) < float("inf") else "null"
            case list() | tuple():
                return f"[{','.join(map(self.written, value))}]"
            case dict():
                return f"{{{','.join(f'{self.key(name)}:{self.written(one)}' for name, one in value.items())}}}"
        raise EncodeError(f"type is not JSON serializable: {type(value).__name__}")

    def key(self, name: Any) -> str:
        if not isinstance(name, str):
            raise EncodeError("dict key must be str")
        return self.written(name)


class EncodeError(TypeError):
    """What fast encoders raise."""


@correct("completions", "llama-chat")
class Awaited:
    """Has methods that are awaited."""

    def __new__(cls) -> Any:
        return super().__new__(cls)

    async def format_request_payload(self, prompt: Any, model_kwargs: Any, api_type: Any = "serverless") -> Any:
        return Serverless().format_request_payload(prompt, model_kwargs, api_type)

    async def format_messages_request_payload(
        self, messages: Any, model_kwargs: Any, api_type: Any = "dedicated"
    ) -> Any:
        return DedicatedChat().format_messages_request_payload(messages, model_kwargs, api_type)

    async def format_response_payload(self, output: bytes, api_type: Any = "dedicated") -> Any:
        inner = Serverless() if api_type == "serverless" else DedicatedChat()
        return inner.format_response_payload(output, api_type)


@correct("gpt2")
class SubclassOfSubclass(Compact):
    """Changes nothing about what it inherits from one that inherits."""


@correct("gpt2")
@dataclass
class WithFields(Reference):
    """Has fields, of which none is of a call."""

    content_type: str = "application/json; charset=utf-8"
    accepts: str = "application/json, */*;q=0.1"
    separators: tuple[str, str] = field(default=(", ", ": "))

    def encoded(self, document: Any) -> Any:
        return json.dumps(document, allow_nan=False, separators=self.separators).encode()


class Kind(StrEnum):
    """Names of its own for api types."""

    dedicated = "dedicated"
    serverless = "serverless"


@correct("completions")
@correct("gpt2")
class ForBoth(Serverless):
    """Speaks to dedicated and to serverless endpoints."""

    supported_api_types = (Kind.dedicated, Kind.serverless)  # type: ignore[assignment]

    def admit(self, prompt: Any, model_kwargs: Mapping[str, Any]) -> None:
        Reference.admit(self, prompt, model_kwargs)

    def format_request_payload(self, prompt: Any, model_kwargs: Any, api_type: Any = "dedicated") -> Any:
        self.supported(api_type)
        if api_type == "serverless":
            Serverless.admit(self, prompt, model_kwargs)
            return self.encoded(Serverless.document(self, prompt, dict(model_kwargs)))
        self.admit(prompt, model_kwargs)
        return self.encoded(Reference.document(self, prompt, dict(model_kwargs)))

    def format_response_payload(self, output: bytes, api_type: Any = "dedicated") -> Any:
        self.supported(api_type)
        find = Serverless.text if api_type == "serverless" else Reference.text
        return self.answer(find(self, self.decoded(output), output))


@correct("completions")
class PromptIsLast(Serverless):
    """Lets a parameter called like the prompt lose, without a word."""

    def admit(self, prompt: Any, model_kwargs: Mapping[str, Any]) -> None:
        Reference.admit(self, prompt, model_kwargs)

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {**parameters, "prompt": prompt}


@correct("gpt2")
class IgnoresApiType(Reference):
    """Declares its api type, and leaves it to the client to look there."""

    def supported(self, api_type: Any) -> None:
        pass


def made_by_function() -> Any:
    """Make a formatter; a function will do as well as a class."""

    class Local(DedicatedChat):
        pass

    return Local()


correct("llama-chat")(made_by_function)
