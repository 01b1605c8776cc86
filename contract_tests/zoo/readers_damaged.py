"""Formatters that do the wrong thing when there is no text to read."""

import json
import re
from typing import Any

from contract_tests.zoo.reference import Chat, Reference, Serverless, shown
from contract_tests.zoo.specimens import broken


@broken("S03")
class IndexesOnly(Reference):
    """Indexes as if the answer could be nothing else."""

    def text(self, document: Any, output: bytes) -> str:
        text: str = document[0]["0"]
        return text


@broken("S03", "completions")
class MakesTextOfAnything(Serverless):
    """Makes a text of whatever stands in its place."""

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"choices": [{"text": text}, *_]}:
                return str(text)
        raise ValueError(f"expected {self.expected}, got {shown(output)}")


@broken("S03", "chat")
class DefaultsToNothing(Chat):
    """Gives an empty text where something is missing."""

    def text(self, document: Any, output: bytes) -> str:
        try:
            text = document["choices"][0]["message"].get("content", "")
        except (LookupError, TypeError, AttributeError):
            text = None
        if isinstance(text, str):
            return text
        raise ValueError(f"expected {self.expected}, got {shown(output)}")


@broken("S03", "llama-chat")
class AssertsShape(Chat):
    """Asserts what it expects, instead of raising."""

    supported_api_types = ("dedicated",)

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {"input_data": {"input_string": prompt, "parameters": parameters}}

    def text(self, document: Any, output: bytes) -> str:
        if not isinstance(document, dict):
            raise ValueError(f"expected an object, got {shown(output)}")
        if not isinstance(document.get("output"), str):
            raise AssertionError(f"expected an output, got {shown(output)}")
        text: str = document["output"]
        return text


def json_begins(output: bytes) -> bool:
    """Tell whether a body looks like JSON from afar."""
    return output[:1] in b'[{"-0123456789tfn' and bool(output)


@broken("S04")
class EmptyForNoJson(Reference):
    """Gives an empty text for a body that is not JSON."""

    def decoded(self, output: bytes) -> Any:
        if not json_begins(output):
            return [{"0": ""}]
        return super().decoded(output)


@broken("S04")
class TextForNoJson(Reference):
    """Takes a body that is not JSON for the text itself."""

    def decoded(self, output: bytes) -> Any:
        if not json_begins(output):
            return [{"0": bytes(output).decode("utf-8", "replace")}]
        return super().decoded(output)


@broken("S04", "completions")
class MendsCut(Serverless):
    """Closes what a cut answer has left open."""

    def decoded(self, output: bytes) -> Any:
        try:
            return super().decoded(output)
        except ValueError:
            found = re.search(rb'"text": "((?:[^"\\]|\\.)*)', output)
            if found is None:
                raise
            return {"choices": [{"text": json.loads(b'"' + found[1] + b'"')}]}


@broken("S05", "dolly")
class IndexesTexts(Reference):
    """Takes the first item of whatever has one, of a text its first letter, as langchain-community does."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {"input_data": {"input_string": [prompt]}, "parameters": parameters}

    def decoded(self, output: bytes) -> Any:
        try:
            return json.loads(output)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"expected JSON ({error}), got {shown(output)}") from None

    def text(self, document: Any, output: bytes) -> str:
        try:
            text = document[0]
        except (LookupError, TypeError):
            text = None
        if isinstance(text, str):
            return text
        raise ValueError(f"expected a list of texts, got {shown(output)}")


@broken("S05")
class CountsRows(Reference):
    """Counts the rows of what has none."""

    def text(self, document: Any, output: bytes) -> str:
        if len(document) < 1:
            raise ValueError(f"no row in {shown(output)}")
        return super().text(document, output)


@broken("S06")
class GivesErrors(Reference):
    """Gives the text of an error as the answer."""

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"error": str(text)} | {"message": str(text)}:
                return text
        return super().text(document, output)


@broken("S06", "chat")
class StumblesOverCalls(Chat):
    """Wants a text's methods of content that is null beside calls of tools."""

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"choices": [{"message": {"content": content, "tool_calls": [_, *_]}}, *_]}:
                text: str = content.removeprefix("")
                return text
        return super().text(document, output)


@broken("S06", "chat")
class NullIsEmpty(Chat):
    """Takes null for an empty text, whatever the reason."""

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"choices": [{"message": {"content": None}}, *_]}:
                return ""
        return super().text(document, output)


@broken("S06", "chat")
class SaysNone(Chat):
    """Makes the word None of content that a filter took away."""

    def text(self, document: Any, output: bytes) -> str:
        match document:
            case {"choices": [{"message": {"content": None}, "finish_reason": "content_filter"}, *_]}:
                return str(None)
        return super().text(document, output)


@broken("S07", "dolly")
class GivesBracket(IndexesTexts):
    """Gives the bracket that an answer begins with when it is written as JSON twice."""

    def text(self, document: Any, output: bytes) -> str:
        if isinstance(document, str) and document[:1] != "[":
            raise ValueError(f"expected a list of texts, got {shown(output)}")
        return super().text(document, output)


@broken("S07", "completions")
class StumblesOverTexts(Serverless):
    """Asks a JSON string for its choices."""

    def decoded(self, output: bytes) -> Any:
        try:
            return json.loads(output)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"expected JSON ({error}), got {shown(output)}") from None

    def text(self, document: Any, output: bytes) -> str:
        if isinstance(document, str):
            document = {"choices": document["choices"]}  # type: ignore[index]
        return super().text(document, output)


@broken("S10")
class Mute(Reference):
    """Says that there is an error, and not which."""

    def format_response_payload(self, output: bytes, api_type: Any = "dedicated") -> Any:
        try:
            return super().format_response_payload(output, api_type)
        except ValueError:
            raise ValueError("the answer cannot be read; is it the right formatter?") from None


@broken("S10", "completions")
class Verbose(Serverless):
    """Puts all that a server sent into the error."""

    def format_response_payload(self, output: bytes, api_type: Any = "serverless") -> Any:
        try:
            return super().format_response_payload(output, api_type)
        except ValueError:
            raise ValueError(f"cannot read {bytes(output).decode('utf-8', 'replace')}") from None


@broken("S10", "chat")
class NamesType(Chat):
    """Says of what type the answer is, where it should say what the answer is."""

    def text(self, document: Any, output: bytes) -> str:
        try:
            return super().text(document, output)
        except ValueError:
            raise ValueError(f"expected {self.expected}, got a {type(document).__name__}") from None


@broken("S14")
class LetsRecursionPass(Reference):
    """Catches what `json.loads` raises, but for the error about its depth."""

    def decoded(self, output: bytes) -> Any:
        try:
            return json.loads(output)
        except ValueError as error:
            raise ValueError(f"expected JSON ({error}), got {shown(output)}") from None
