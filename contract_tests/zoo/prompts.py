"""Formatters that lose, change or mistake the prompt."""

import html
import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from contract_tests.zoo.reference import Chat, DedicatedChat, Reference, Serverless
from contract_tests.zoo.specimens import broken


@broken("R03")
class EscapesTwice(Reference):
    """Escapes the prompt, and has JSON escape it again."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document(json.dumps(prompt, ensure_ascii=False)[1:-1], parameters)


@broken("R03")
class AddsQuotes(Reference):
    """Puts quotes around the prompt."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document(f'"{prompt}"', parameters)


@broken("R03", schema="completions")
class Strips(Serverless):
    """Strips the prompt."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document(prompt.strip(), parameters)


@broken("R03")
class FillsTemplate(Reference):
    """Fills what looks like fields of a template, with nothing."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document(prompt.replace("{}", "").replace("{0}", ""), parameters)


@broken("R03")
class Normalises(Reference):
    """Composes letters and their accents."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document(unicodedata.normalize("NFC", prompt), parameters)


@broken("R03", schema="completions")
class EndsLinesAlike(Serverless):
    """Makes one line end of another."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document("\n".join(prompt.split("\r\n")), parameters)


@broken("R03", schema="chat")
class EscapesForPages(Chat):
    """Escapes the prompt as if it were shown on a page."""

    def message(self, message: Any) -> Any:
        return {**message, "content": html.escape(message["content"], quote=False)}


@broken("R03")
class PromptIsKey(Reference):
    """Uses the prompt as the key."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {"inputs": {prompt: prompt}, "parameters": parameters}


@broken("R03", schema="llama-chat")
class LosesNul(DedicatedChat):
    """Leaves control characters out of messages."""

    def message(self, message: Any) -> Any:
        return {**message, "content": message["content"].replace("\x00", "")}


@broken("R10")
class SurrogatesAsBytes(Reference):
    """Writes halves of surrogate pairs as if they had UTF-8."""

    def admit(self, prompt: Any, model_kwargs: Mapping[str, Any]) -> None:
        if not isinstance(prompt, str):
            raise TypeError("expected a str")

    def encoded(self, document: Any) -> Any:
        return json.dumps(document, allow_nan=False, ensure_ascii=False).encode("utf-8", "surrogatepass")


@broken("R10", schema="completions")
class SurrogateIsNoKey(Serverless):
    """Looks characters up in a table that has none for surrogates, and lets the KeyError out."""

    def admit(self, prompt: Any, model_kwargs: Mapping[str, Any]) -> None:
        if not isinstance(prompt, str):
            raise TypeError("expected a str")
        if any("\ud800" <= one <= "\udfff" for one in prompt):
            raise KeyError("surrogate")
        super().admit(prompt, model_kwargs)


@broken("R10", schema="chat")
class SurrogatesAreAssertedAway(Chat):
    """Asserts that a message has UTF-8."""

    def admit_message(self, message: Any) -> None:
        content = message["content"]
        assert not (isinstance(content, str) and any("\ud800" <= one <= "\udfff" for one in content))
        super().admit_message(message)


@broken("R11")
class CutsOff(Reference):
    """Cuts long prompts off."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document(prompt[:65536], parameters)


@broken("R11")
class Quadratic(Reference):
    """Encodes all that is left of the prompt for each piece that it takes of it."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        starts = range(0, len(prompt), 20)
        pieces = [prompt[at:].encode("utf-32-le", "surrogatepass")[:80] for at in starts]
        return super().document(b"".join(pieces).decode("utf-32-le", "surrogatepass"), parameters)


@broken("R11", schema="completions")
class Blows(Serverless):
    """Sends eleven blanks for each character of the prompt."""

    def encoded(self, document: Any) -> Any:
        return super().encoded(document).replace(b"{", b"{" + b" " * 11 * len(document["prompt"]), 1)


@broken("R14")
class TakesAnything(Reference):
    """Makes a text of whatever it is given."""

    def admit(self, prompt: Any, model_kwargs: Mapping[str, Any]) -> None:
        str(prompt).encode()

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document(str(prompt), parameters)


@broken("R14", schema="completions")
class TripsOverNone(Serverless):
    """Calls a method of the prompt before it looks what that is."""

    def admit(self, prompt: Any, model_kwargs: Mapping[str, Any]) -> None:
        prompt.encode()
        super().admit(prompt, model_kwargs)


@broken("R14", schema="chat")
class ContentOfAnyType(Chat):
    """Makes a text of whatever a message has."""

    def admit_message(self, message: Any) -> None:
        if not isinstance(message["content"], list):
            super().admit_message({**message, "content": str(message["content"])})
        else:
            super().admit_message(message)

    def message(self, message: Any) -> Any:
        return super().message({**message, "content": str(message["content"])})


@broken("R15")
class EmptyIsQuoted(Reference):
    """Sends an empty prompt as a pair of quotes."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document(prompt or '""', parameters)


@broken("R15", schema="completions")
class EmptyIsMissing(Serverless):
    """Leaves an empty prompt out."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return super().document(prompt, parameters) if prompt else parameters


@broken("R15", schema="llama-chat")
class EmptyIsBlank(DedicatedChat):
    """Sends a blank where a message says nothing."""

    def message(self, message: Any) -> Any:
        return super().message({**message, "content": message["content"] or " "})
