"""Formatters as they should be, each in small steps, so that a broken one differs in one of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.zoo.specimens import correct


@dataclass(frozen=True)
class Text:
    """An answer, as LangChain's `Generation` has it."""

    text: str


@correct("gpt2")
class Reference:
    """The first generation's form: `inputs.input_string`, answered by rows."""

    content_type = "application/json"
    accepts = "application/json"
    supported_api_types = ("dedicated",)
    expected = '[{"0": "text"}]'

    def format_request_payload(
        self, prompt: Any, model_kwargs: Mapping[str, Any], api_type: Any = "dedicated"
    ) -> Any:
        self.supported(api_type)
        self.admit(prompt, model_kwargs)
        return self.encoded(self.document(prompt, self.parameters(model_kwargs)))

    def format_response_payload(self, output: bytes, api_type: Any = "dedicated") -> Any:
        self.supported(api_type)
        return self.answer(self.text(self.decoded(output), output))

    def supported(self, api_type: Any) -> None:
        if api_type not in self.supported_api_types:
            raise ValueError(f"api type {str(api_type)!r} is not supported; {', '.join(self.supported_api_types)} is")

    def admit(self, prompt: Any, model_kwargs: Mapping[str, Any]) -> None:
        if not isinstance(prompt, str):
            raise TypeError(f"expected a str as prompt, not {type(prompt).__name__}")
        prompt.encode()

    def parameters(self, model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        return dict(model_kwargs)

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {"inputs": {"input_string": [prompt]}, "parameters": parameters}

    def encoded(self, document: Any) -> Any:
        return json.dumps(document, allow_nan=False).encode()

    def decoded(self, output: bytes) -> Any:
        try:
            document = json.loads(output)
            return json.loads(document) if isinstance(document, str) else document
        except (ValueError, RecursionError) as error:
            raise ValueError(f"expected JSON ({error}), got {shown(output)}") from None

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case [{"0": str(text)}, *_]:
                return text
        raise ValueError(f"expected {self.expected}, got {shown(output)}")

    def answer(self, text: str) -> Any:
        return Text(text)


def shown(output: bytes) -> str:
    """The beginning of what a server sent."""
    return bytes(output[:200]).decode("utf-8", "replace")


@correct("completions")
class Serverless(Reference):
    """OpenAI's text completions; a parameter must not take the prompt's place."""

    supported_api_types = ("serverless",)
    expected = '{"choices": [{"text": "text"}]}'

    def admit(self, prompt: Any, model_kwargs: Mapping[str, Any]) -> None:
        super().admit(prompt, model_kwargs)
        if "prompt" in model_kwargs:
            raise ValueError("'prompt' cannot be a parameter: it is where the prompt stands")

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {"prompt": prompt, **parameters}

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"choices": [{"text": str(text)}, *_]}:
                return text
        raise ValueError(f"expected {self.expected}, got {shown(output)}")


ROLES = ("system", "user", "assistant")


@correct("chat")
class Chat(Reference):
    """OpenAI's chat completions; takes messages as mappings with role and content."""

    supported_api_types = ("serverless",)
    expected = '{"choices": [{"message": {"content": "text"}}]}'

    def format_messages_request_payload(
        self, messages: Any, model_kwargs: Mapping[str, Any], api_type: Any = "serverless"
    ) -> Any:
        self.supported(api_type)
        if not messages:
            raise ValueError("expected a message at least")
        for message in messages:
            self.admit_message(message)
        if "messages" in model_kwargs:
            raise ValueError("'messages' cannot be a parameter: it is where the messages stand")
        return self.encoded(self.document([self.message(one) for one in messages], self.parameters(model_kwargs)))

    def admit_message(self, message: Any) -> None:
        role, content = message["role"], message["content"]
        if role not in ROLES:
            raise ValueError(f"role {role!r} is not supported; {', '.join(ROLES)} are")
        if not isinstance(content, str):
            raise ValueError(f"expected a text as content, not a {type(content).__name__}")
        content.encode()

    def message(self, message: Any) -> Any:
        return {"role": message["role"], "content": message["content"]}

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {"messages": prompt, **parameters}

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"choices": [{"message": {"content": str(text)}}, *_]}:
                return text
        raise ValueError(f"expected {self.expected}, got {shown(output)}")


@correct("llama-chat")
class DedicatedChat(Chat):
    """The dedicated form of a conversation: `input_data.input_string`, answered by `output`."""

    supported_api_types = ("dedicated",)
    expected = '{"output": "text"}'

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {"input_data": {"input_string": prompt, "parameters": parameters}}

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"output": str(text)}:
                return text
        raise ValueError(f"expected {self.expected}, got {shown(output)}")
