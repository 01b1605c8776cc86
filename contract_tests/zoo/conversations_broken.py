"""Formatters that send conversations wrongly."""

import json
from typing import Any

from contract_tests.zoo.conversations import JoinsTexts, SendsEverything
from contract_tests.zoo.reference import Chat, DedicatedChat
from contract_tests.zoo.specimens import broken


@broken("M01", "chat")
class EscapesTexts(Chat):
    """Escapes quotes and line ends by hand, as langchain-community does."""

    def message(self, message: Any) -> Any:
        return {"role": message["role"], "content": json.dumps(message["content"])[1:-1]}


@broken("M01", "chat")
class StripsSystem(Chat):
    """Strips what the system says."""

    def message(self, message: Any) -> Any:
        text = message["content"]
        return {"role": message["role"], "content": text.strip() if message["role"] == "system" else text}


@broken("M01", "llama-chat")
class QuotesAssistant(DedicatedChat):
    """Puts what the model said before into quotes."""

    def message(self, message: Any) -> Any:
        text = message["content"]
        return {"role": message["role"], "content": f'"{text}"' if message["role"] == "assistant" else text}


@broken("M01", "llama-chat")
class MergesStripped(DedicatedChat):
    """Merges the system's text into the user's, without the line ends around it."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        match prompt:
            case [{"role": "system", "content": system}, {"role": "user", "content": text}, *rest]:
                prompt = [{"role": "user", "content": f"{system.strip()}\n\n{text}"}, *rest]
        return super().document(prompt, parameters)


@broken("M02", "chat")
class SendsLastOnly(Chat):
    """Sends the last message alone."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document(prompt[-1:], parameters)


@broken("M02", "chat")
class DropsAssistant(Chat):
    """Leaves out what the model said before."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document([one for one in prompt if one["role"] != "assistant"], parameters)


@broken("M02", "llama-chat")
class DropsSystem(DedicatedChat):
    """Leaves out what the system says, for models without that role."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document([one for one in prompt if one["role"] != "system"], parameters)


@broken("M02", "chat")
class MergesRuns(Chat):
    """Merges messages of one role that follow one another."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        merged: list[Any] = []
        for one in prompt:
            if merged and merged[-1]["role"] == one["role"]:
                merged[-1] = {**one, "content": merged[-1]["content"] + "\n" + one["content"]}
            else:
                merged.append(one)
        return super().document(merged, parameters)


@broken("M02", "chat")
class SortsByRole(Chat):
    """Puts the system's messages first, and the others by their roles."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document(sorted(prompt, key=lambda one: one["role"], reverse=True), parameters)


@broken("M02", "chat")
class AllByUser(Chat):
    """Sends everything as the user's word."""

    def message(self, message: Any) -> Any:
        return {"role": "user", "content": message["content"]}


@broken("M02", "chat")
class OneText(Chat):
    """Makes one text of the whole conversation."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        text = prompt[0]["content"]
        if len(prompt) > 1:
            text = "\n".join(f"{one['role']}: {one['content']}" for one in prompt)
        return super().document([{"role": "user", "content": text}], parameters)


@broken("M02", "chat")
class Deduplicates(Chat):
    """Keeps one message of each role, the last."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document(list({one["role"]: one for one in prompt}.values()), parameters)


@broken("M03", "chat")
class WantsTexts(Chat):
    """Asks every content for a text's methods."""

    def admit_message(self, message: Any) -> None:
        super().admit_message({**message, "content": message["content"].replace("", "")})


@broken("M03", "chat")
class WritesLists(Chat):
    """Makes a text of a list as Python writes it."""

    def admit_message(self, message: Any) -> None:
        super().admit_message({**message, "content": str(message["content"])})

    def message(self, message: Any) -> Any:
        content = message["content"]
        return {"role": message["role"], "content": content if isinstance(content, str) else str(content)}


@broken("M03", "chat")
class DropsImages(JoinsTexts):
    """Leaves out the parts that are no texts."""

    def joined(self, content: Any) -> Any:
        if not isinstance(content, list):
            return content
        return "\n".join(part["text"] for part in content if part["type"] == "text")


@broken("M03", "chat")
class TakesFirstPart(JoinsTexts):
    """Takes the first text of several."""

    def joined(self, content: Any) -> Any:
        return super().joined(content[:1] if isinstance(content, list) else content)


@broken("M03", "chat")
class RefusesWithoutWord(Chat):
    """Refuses a list without saying that it was one."""

    def admit_message(self, message: Any) -> None:
        if not isinstance(message["content"], str):
            raise ValueError("invalid message")
        super().admit_message(message)


@broken("M04", "chat")
class ToolsAsUsers(SendsEverything):
    """Sends what a tool found as the user's word."""

    def message(self, message: Any) -> Any:
        role = "user" if message["role"] in ("tool", "function") else message["role"]
        return {**message, "role": role}


@broken("M04", "chat")
class ForgetsCall(SendsEverything):
    """Sends what a tool found without the id of the call."""

    def message(self, message: Any) -> Any:
        return {"role": message["role"], "content": message["content"]}


@broken("M04", "chat")
class DropsTools(SendsEverything):
    """Leaves out what tools found."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document([one for one in prompt if one["role"] in ("system", "user", "assistant")], parameters)


@broken("M04", "chat")
class LooksUpRoles(Chat):
    """Looks roles up in a table that has but three."""

    table = {"system": "system", "user": "user", "assistant": "assistant"}

    def admit_message(self, message: Any) -> None:
        super().admit_message({**message, "role": self.table[message["role"]]})


@broken("M04", "chat")
class NamesModel(Chat):
    """Says which model does not know the role, and not which role."""

    def admit_message(self, message: Any) -> None:
        if message["role"] not in ("system", "user", "assistant"):
            raise ValueError("this kind of message is not supported by LLaMa")
        super().admit_message(message)


@broken("M05", "llama-chat")
class IndexesNext(DedicatedChat):
    """Merges the system's text into the message after it, which there may not be, as langchain-community does."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        if prompt[0]["role"] == "system":
            following = prompt[1]
            if following["role"] == "user":
                merged = {"role": "user", "content": prompt[0]["content"] + "\n\n" + following["content"]}
                prompt = [merged, *prompt[2:]]
        return super().document(prompt, parameters)


@broken("M05", "chat")
class FindsUser(Chat):
    """Looks for a user, and does not expect that there is none."""

    def format_messages_request_payload(self, messages: Any, model_kwargs: Any, api_type: Any = "serverless") -> Any:
        next(iter([one for one in messages if one["role"] == "user"]))
        return super().format_messages_request_payload(messages, model_kwargs, api_type)


@broken("M06", "chat")
class PopsSystem(Chat):
    """Takes the system's message out of the list that it was given."""

    def format_messages_request_payload(self, messages: Any, model_kwargs: Any, api_type: Any = "serverless") -> Any:
        first = [messages.pop(0)] if messages and messages[0]["role"] == "system" else []
        return super().format_messages_request_payload([*first, *messages], model_kwargs, api_type)


@broken("M06", "chat")
class SetsName(Chat):
    """Adds a field to each message that it was given."""

    def admit_message(self, message: Any) -> None:
        super().admit_message(message)
        message.setdefault("name", None)


@broken("M06", "chat")
class FlattensInPlace(JoinsTexts):
    """Puts the joined text into the message that it was given."""

    def admit_message(self, message: Any) -> None:
        message["content"] = self.joined(message["content"])
        super().admit_message(message)
