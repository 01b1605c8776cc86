"""How the endpoint classes speak to any formatter: two or three arguments, text or generation, class or duck."""

from typing import Any

from azureml_endpoint.addresses import AzureMLEndpointApiType
from azureml_endpoint.errors import ResponseFormatError
from azureml_endpoint.formatters.signatures import Signature
from azureml_endpoint.generations import ChatGeneration, Generation
from azureml_endpoint.messages import AIMessage
from azureml_endpoint.payloads import copied

_BROKEN = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError, AssertionError)


class Binding:
    """One formatter, ready to be called; its signatures are looked at once, its methods are those of the moment."""

    def __init__(self, formatter: Any, method: str) -> None:
        self.formatter = formatter
        self._method = method
        self._is_ours = type(formatter).__module__.startswith("azureml_endpoint.")
        self._signatures: dict[tuple[str, Any], Signature] = {}

    def request(self, value: Any, parameters: dict[str, Any], api_type: AzureMLEndpointApiType) -> bytes:
        """Return the body that the formatter makes; a text is encoded as UTF-8, as early LangChain allowed.

        A formatter of one's own is given parameters that it may change.
        """
        own = parameters if self._is_ours else copied(parameters)
        body = self._call(self._method, (value, own), api_type)
        if isinstance(body, str):
            return body.encode()
        if not isinstance(body, bytes | bytearray):
            raise TypeError(f"{self.name} made a {type(body).__name__} of the request; it must be bytes")
        return bytes(body)

    def response(self, output: bytes, api_type: AzureMLEndpointApiType) -> Any:
        """Return what the formatter reads; whatever it stumbles over becomes ResponseFormatError."""
        try:
            return self._call("format_response_payload", (output,), api_type)
        except ResponseFormatError:
            raise
        except _BROKEN as error:
            expected = f"another shape ({type(error).__name__}: {error})"
            raise ResponseFormatError.of(self.name, expected, output) from error

    def _call(self, name: str, values: tuple[Any, ...], api_type: AzureMLEndpointApiType) -> Any:
        method = getattr(self.formatter, name)
        known = name, getattr(method, "__func__", method)
        signature = self._signatures.get(known)
        if signature is None:
            signature = self._signatures[known] = Signature(method, len(values))
        return signature.call(method, values, api_type)

    @property
    def name(self) -> str:
        """The formatter's class, for messages."""
        return type(self.formatter).__name__

    @property
    def media_types(self) -> dict[str, str]:
        """Content-Type and Accept as the formatter declares them; one that is None is not sent."""
        declared = {
            "Content-Type": getattr(self.formatter, "content_type", "application/json"),
            "Accept": getattr(self.formatter, "accepts", "application/json"),
        }
        return {name: value for name, value in declared.items() if value}


def as_generation(answer: Any, reader: str) -> Generation:
    """Return a Generation for a text, a Generation of ours or LangChain's, or a dict with `text`."""
    if isinstance(answer, Generation):
        return answer
    text = answer.get("text") if isinstance(answer, dict) else answer
    info = getattr(answer, "generation_info", None)
    text = getattr(text, "text", text)
    if not isinstance(text, str):
        raise ResponseFormatError(
            f"{reader} returned a {type(answer).__name__}; it must return a str or a Generation"
        )
    return Generation(text, info)


def as_chat_generation(answer: Any, reader: str) -> ChatGeneration:
    """Return a ChatGeneration for a text, a message, or anything with `.message` or `.text`."""
    if isinstance(answer, ChatGeneration):
        return answer
    message = getattr(answer, "message", answer)
    if isinstance(message, AIMessage):
        return ChatGeneration(message, getattr(answer, "generation_info", None))
    content = getattr(message, "content", getattr(message, "text", message))
    if not isinstance(content, str | list):
        raise ResponseFormatError(
            f"{reader} returned a {type(answer).__name__}; it must return a ChatGeneration or a str"
        )
    metadata = getattr(message, "response_metadata", None) or {}
    info = getattr(answer, "generation_info", None)
    own = AIMessage(
        content,
        tool_calls=list(getattr(message, "tool_calls", None) or ()),
        usage_metadata=getattr(message, "usage_metadata", None),
        finish_reason=(metadata or info or {}).get("finish_reason"),
        response_metadata=dict(metadata or info or {}),
    )
    return ChatGeneration(own, info)
