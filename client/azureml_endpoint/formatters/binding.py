"""How the endpoint classes speak to any formatter: two or three arguments, text or generation, class or duck."""

import inspect
from collections.abc import Callable
from typing import Any

from azureml_endpoint.addresses import AzureMLEndpointApiType
from azureml_endpoint.errors import ResponseFormatError
from azureml_endpoint.generations import ChatGeneration, Generation
from azureml_endpoint.messages import AIMessage

_BROKEN = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError, AssertionError)


class Binding:
    """One formatter, ready to be called; its signatures are looked at once."""

    def __init__(self, formatter: Any, method: str) -> None:
        self.formatter = formatter
        self._request: Callable[..., Any] = getattr(formatter, method)
        self._response: Callable[..., Any] = formatter.format_response_payload
        self._request_knows_type = _takes(self._request, 3)
        self._response_knows_type = _takes(self._response, 2)

    def request(self, value: Any, parameters: dict[str, Any], api_type: AzureMLEndpointApiType) -> bytes:
        """Return the body that the formatter makes; a text is encoded as UTF-8, as early LangChain allowed."""
        extra = (api_type,) if self._request_knows_type else ()
        body = self._request(value, parameters, *extra)
        if isinstance(body, str):
            return body.encode()
        if not isinstance(body, bytes | bytearray):
            raise TypeError(f"{self.name} made a {type(body).__name__} of the request; it must be bytes")
        return bytes(body)

    def response(self, output: bytes, api_type: AzureMLEndpointApiType) -> Any:
        """Return what the formatter reads; whatever it stumbles over becomes ResponseFormatError."""
        extra = (api_type,) if self._response_knows_type else ()
        try:
            return self._response(output, *extra)
        except ResponseFormatError:
            raise
        except _BROKEN as error:
            expected = f"another shape ({type(error).__name__}: {error})"
            raise ResponseFormatError.of(self.name, expected, output) from error

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


def _takes(method: Callable[..., Any], count: int) -> bool:
    try:
        parameters = inspect.signature(method).parameters.values()
    except (TypeError, ValueError):
        return True
    positional = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    return len(positional) >= count or any(each.kind is each.VAR_POSITIONAL for each in parameters)
