"""Formatters whose body is not what goes over the wire: not bytes, not JSON, of another type, of another shape."""

import json
from typing import Any

from contract_tests.zoo.reference import Chat, DedicatedChat, Reference, Serverless
from contract_tests.zoo.specimens import broken


@broken("R01")
class TextBody(Reference):
    """Gives a text, as older examples do."""

    def encoded(self, document: Any) -> Any:
        return json.dumps(document, allow_nan=False)


@broken("R01", schema="chat")
class BytearrayBody(Chat):
    """Gives a bytearray."""

    def encoded(self, document: Any) -> Any:
        return bytearray(super().encoded(document))


@broken("R01", schema="completions")
class ViewOfBody(Serverless):
    """Gives a view of bytes, where only an empty prompt is asked."""

    def encoded(self, document: Any) -> Any:
        body = super().encoded(document)
        return body if document["prompt"] else bytearray(body)


@broken("R02")
class WithMark(Reference):
    """Begins with a byte order mark."""

    def encoded(self, document: Any) -> Any:
        return super().encoded(document).decode().encode("utf-8-sig")


@broken("R02", schema="completions")
class KeyTwice(Serverless):
    """Writes a stop sequence of its own before the caller's."""

    def encoded(self, document: Any) -> Any:
        body: bytes = super().encoded(document)
        return body if "stop" not in document else b'{"stop": ["</s>"], ' + body[1:]


@broken("R02")
class GluedStop(Reference):
    """Glues the stop sequences into the body instead of having them written."""

    def encoded(self, document: Any) -> Any:
        stop = document["parameters"].get("stop")
        if not stop:
            return super().encoded(document)
        marked = {**document, "parameters": {**document["parameters"], "stop": "STOP"}}
        glued = "[" + ", ".join(f'"{one}"' for one in stop) + "]"
        return super().encoded(marked).replace(b'"STOP"', glued.encode("utf-8", "replace"))


@broken("R02", schema="llama-chat")
class Latin(DedicatedChat):
    """Writes Latin-1 where that suffices."""

    def encoded(self, document: Any) -> Any:
        text = json.dumps(document, allow_nan=False, ensure_ascii=False)
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            return super().encoded(document)


@broken("R13")
class PlainText(Reference):
    """Declares its JSON to be plain text."""

    content_type = "text/plain"


@broken("R13")
class NoContentType(Reference):
    """Declares no type for the body."""

    content_type = None  # type: ignore[assignment]


@broken("R13", schema="completions")
class ShortForJson(Serverless):
    """Takes the name of the format for its MIME type."""

    content_type = "json"


@broken("R13", schema="completions")
class LatinCharset(Serverless):
    """Declares a charset that is not the body's."""

    content_type = "application/json; charset=ISO-8859-1"


@broken("R13", schema="chat")
class AcceptsText(Chat):
    """Accepts anything but what comes."""

    accepts = "text/plain, text/html"


@broken("R17")
class WithoutInputs(Reference):
    """Puts the prompt under a name that the endpoint does not know."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        return {"input_data": {"input_string": [prompt]}, "parameters": parameters}


@broken("R17", schema="completions")
class LimitAsText(Serverless):
    """Sends the limit of tokens as a text, which the endpoint refuses."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        sent = {name: f"{one} tokens" if name == "max_tokens" else one for name, one in parameters.items()}
        return super().document(prompt, sent)


@broken("R17", schema="llama-chat")
class ParametersAsPairs(DedicatedChat):
    """Sends parameters as pairs, which the endpoint refuses."""

    def document(self, prompt: Any, parameters: dict[str, Any]) -> Any:
        pairs: Any = [[name, one] for name, one in parameters.items()]
        return super().document(prompt, pairs or parameters)
