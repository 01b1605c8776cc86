"""Formatters that read the text of an answer wrongly."""

import re
import unicodedata
from typing import Any

from contract_tests.zoo.reference import Chat, Reference, Serverless, shown
from contract_tests.zoo.specimens import broken


@broken("S01")
class Unescapes(Reference):
    """Undoes escapes in a text that has none left."""

    def text(self, document: Any, output: bytes) -> str:
        return super().text(document, output).replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")


@broken("S01")
class Normalises(Reference):
    """Makes the text's accents precomposed."""

    def text(self, document: Any, output: bytes) -> str:
        return unicodedata.normalize("NFC", super().text(document, output))


@broken("S01", "completions")
class EndsAtStopToken(Serverless):
    """Cuts the text at what looks like the end token of some model."""

    def text(self, document: Any, output: bytes) -> str:
        return super().text(document, output).split("</s>")[0]


@broken("S08", "completions")
class Strips(Serverless):
    """Strips the text, as langchain-community does."""

    def text(self, document: Any, output: bytes) -> str:
        return super().text(document, output).strip()


@broken("S08")
class RefusesEmpty(Reference):
    """Takes an empty text for none."""

    def text(self, document: Any, output: bytes) -> str:
        if not (text := super().text(document, output)):
            raise ValueError(f"no text in {shown(output)}")
        return text


@broken("S08")
class EmptyIsNone(Reference):
    """Gives None for an empty text."""

    def answer(self, text: str) -> Any:
        return text or None


@broken("S08", "chat")
class RejoinsWords(Chat):
    """Makes each run of blanks one."""

    def text(self, document: Any, output: bytes) -> str:
        return re.sub(r"[ \t]+", " ", super().text(document, output))


@broken("S11")
class CutsLong(Reference):
    """Cuts texts after a million characters."""

    def text(self, document: Any, output: bytes) -> str:
        return super().text(document, output)[:1_000_000]


@broken("S11", "llama-chat")
class RefusesLong(Chat):
    """Refuses bodies of more than a megabyte."""

    supported_api_types = ("dedicated",)

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {"input_data": {"input_string": prompt, "parameters": parameters}}

    def decoded(self, output: bytes) -> Any:
        if len(output) > 2**20:
            raise ValueError(f"the answer is too long: {shown(output)}")
        return super().decoded(output)

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"output": str(text)}:
                return text
        raise ValueError(f"expected an output, got {shown(output)}")


@broken("S02")
class CountsFields(Reference):
    """Refuses a row that has more than the text."""

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case [{"0": str(text), **others}, *_] if not others:
                return text
        raise ValueError(f"expected {self.expected}, got {shown(output)}")


@broken("S02")
class TakesFirstValue(Reference):
    """Takes the first value of a row, whatever it is called."""

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case [dict(row), *_] if row and isinstance(text := next(iter(row.values())), str):
                return text
        raise ValueError(f"expected {self.expected}, got {shown(output)}")


@broken("S02", "chat")
class KnowsAllFields(Chat):
    """Refuses an answer whose envelope has a field that it does not know."""

    fields = frozenset({"id", "object", "created", "model", "choices", "usage"})

    def text(self, document: Any, output: bytes) -> str:
        if isinstance(document, dict) and (new := document.keys() - self.fields):
            raise ValueError(f"unknown field {min(new)!r} in {shown(output)}")
        return super().text(document, output)


@broken("S12")
class WantsBytes(Reference):
    """Takes nothing but bytes."""

    def decoded(self, output: bytes) -> Any:
        if not isinstance(output, bytes):
            raise TypeError(f"expected bytes, not {type(output).__name__}")
        return super().decoded(output)


@broken("S12", "completions")
class Remembers(Serverless):
    """Keeps what it has decoded under the body itself, which only bytes can be."""

    def __init__(self) -> None:
        self.known: dict[Any, Any] = {}

    def decoded(self, output: bytes) -> Any:
        if output not in self.known:
            self.known[output] = super().decoded(output)
        return self.known[output]


@broken("S09")
class GivesLastGood(Reference):
    """Gives the last good answer for one that it cannot read."""

    last: Any = None

    def format_response_payload(self, output: bytes, api_type: Any = "dedicated") -> Any:
        try:
            self.last = super().format_response_payload(output, api_type)
        except ValueError:
            if self.last is None:
                raise
        return self.last


@broken("S09", "chat")
class Collects(Chat):
    """Adds each answer to the ones before."""

    said = ""

    def text(self, document: Any, output: bytes) -> str:
        self.said += super().text(document, output)
        return self.said


@broken("S09")
class StaysBroken(Reference):
    """Refuses everything after a failure."""

    failed = False

    def decoded(self, output: bytes) -> Any:
        if self.failed:
            raise ValueError(f"refused after a failure: {shown(output)}")
        self.failed = True
        document = super().decoded(output)
        self.failed = False
        return document


@broken("S13", "completions")
class JoinsChoices(Serverless):
    """Makes one text of all choices."""

    def text(self, document: Any, output: bytes) -> str:
        super().text(document, output)
        return "".join(one["text"] for one in document["choices"] if isinstance(one, dict) and "text" in one)


@broken("S13", "chat")
class TakesLastChoice(Chat):
    """Takes the last choice."""

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"choices": [*_, {"message": {"content": str(text)}}]}:
                return text
        raise ValueError(f"expected {self.expected}, got {shown(output)}")


@broken("S13", "completions")
class ListsFirstTwice(Serverless):
    """Gives a list of as many texts as there are choices, all of them the first."""

    def format_response_payload(self, output: bytes, api_type: Any = "serverless") -> Any:
        given = super().format_response_payload(output, api_type)
        count = len(self.decoded(output)["choices"])
        return given if count == 1 else [given] * count
