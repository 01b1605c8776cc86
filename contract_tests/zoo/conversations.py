"""Formatters that send conversations correctly, each in a way of its own."""

import json
from collections.abc import Mapping
from typing import Any

from contract_tests.zoo.reference import Chat, DedicatedChat
from contract_tests.zoo.specimens import correct


@correct("chat", "llm-chat", api_type="serverless")
class SendsEverything(Chat):
    """Sends lists of parts as they are, and what tools and functions found."""

    roles = ("system", "user", "assistant", "tool", "function")

    def admit_message(self, message: Any) -> None:
        if message["role"] not in self.roles:
            raise ValueError(f"role {message['role']!r} is not supported; {', '.join(self.roles)} are")
        if not isinstance(message["content"], str | list):
            raise ValueError(f"expected a text or a list as content, not a {type(message['content']).__name__}")
        json.dumps(message["content"], ensure_ascii=False).encode()

    def message(self, message: Any) -> Any:
        return dict(message)


class JoinsTexts(Chat):
    """Makes one text of parts that are texts, and refuses others."""

    def admit_message(self, message: Any) -> None:
        super().admit_message({**message, "content": self.joined(message["content"])})

    def message(self, message: Any) -> Any:
        return {"role": message["role"], "content": self.joined(message["content"])}

    def joined(self, content: Any) -> Any:
        if not isinstance(content, list):
            return content
        for part in content:
            if part["type"] != "text":
                raise ValueError(f"a part of the type {part['type']!r} is not supported")
        return "\n".join(part["text"] for part in content)


correct("chat")(JoinsTexts)


@correct("llama-chat")
class NoSystemRole(DedicatedChat):
    """Speaks to models without a system role: its text goes in front of the next user's."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        waiting: list[str] = []
        messages: list[Mapping[str, Any]] = []
        for one in prompt:
            if one["role"] == "system":
                waiting.append(one["content"])
            elif waiting and one["role"] == "user":
                messages.append({"role": "user", "content": self.merged([*waiting, one["content"]])})
                waiting = []
            elif waiting:
                messages += [{"role": "user", "content": self.merged(waiting)}, one]
                waiting = []
            else:
                messages.append(one)
        messages += [{"role": "user", "content": self.merged(waiting)}] if waiting else []
        return super().document(messages, parameters)

    def merged(self, texts: list[str]) -> str:
        return "\n\n".join(texts)


@correct("llama-chat")
class SystemInMarks(NoSystemRole):
    """Does so in the marks of Llama 2."""

    def merged(self, texts: list[str]) -> str:
        *before, last = texts
        marked = [f"<<SYS>>\n{text}\n<</SYS>>\n\n" for text in before]
        return "".join([*marked, last])


@correct("chat")
class RefusesSystem(Chat):
    """Refuses the system role, and whoever speaks out of turn."""

    def admit_message(self, message: Any) -> None:
        if message["role"] == "system":
            raise ValueError("role 'system' is not supported by this model")
        super().admit_message(message)

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        for at, one in enumerate(prompt):
            if one["role"] != ("user", "assistant")[at % 2]:
                raise ValueError(f"expected user and assistant in turn; message {at + 1} is the {one['role']}'s")
        return super().document(prompt, parameters)


@correct("cohere-chat")
class SystemInPreamble(Chat):
    """Cohere's first form: the last message, the history before it, and the system's text in a field of its own."""

    names = ("message", "chat_history", "preamble")

    def format_messages_request_payload(
        self, messages: Any, model_kwargs: Mapping[str, Any], api_type: Any = "serverless"
    ) -> Any:
        if taken := sorted(model_kwargs.keys() & set(self.names)):
            raise ValueError(f"{taken[0]!r} cannot be a parameter: it is where the conversation stands")
        return super().format_messages_request_payload(messages, model_kwargs, api_type)

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        system = [one["content"] for one in prompt if one["role"] == "system"]
        others = [one for one in prompt if one["role"] != "system"]
        if len(system) > 1 or not others or others[-1]["role"] != "user":
            raise ValueError("expected at most one message of the system, and one of the user at the end")
        history = [{"role": self.role(one), "message": one["content"]} for one in others[:-1]]
        preamble = {"preamble": system[0]} if system else {}
        return {"message": others[-1]["content"], "chat_history": history, **preamble, **parameters}

    def role(self, message: Any) -> str:
        return {"user": "USER", "assistant": "CHATBOT"}[message["role"]]

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"text": str(text)}:
                return text
        return super().text(document, output)
