"""A content formatter as the checks call it, whatever it looks like.

It has LangChain's two methods, with or without `api_type`, sync or async, and gives a text, LangChain's generations,
or anything with `.text` or `.message.content`. What it raises comes as `Raised`.
"""

import asyncio
import inspect
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from azureml_contract.broken import Broken, Raised, Told, theirs
from azureml_contract.messages import Said, in_langchain
from azureml_contract.wire import Wire

TO_BODY, TO_MESSAGES_BODY, TO_TEXT = (
    "format_request_payload",
    "format_messages_request_payload",
    "format_response_payload",
)


class AzureMLEndpointApiType(StrEnum):
    """LangChain's names of the kinds of endpoint, for formatters that bring no such names of their own."""

    dedicated = "dedicated"
    realtime = "realtime"
    serverless = "serverless"


class Formatter:
    """A fresh formatter from a factory.

    `made` is the person's own object, `wire` what it is to speak, `api_type` the kind of endpoint as `made` names it.
    """

    def __init__(self, factory: Callable[[], Any], wire: Wire) -> None:
        self.wire = wire
        with theirs("the factory"):
            self.made = factory()
        self.api_type = kind_of(self.made, wire.api_type)
        self._langchain = in_langchain(self.made)
        self._runner: asyncio.Runner | None = None
        self._three: dict[tuple[str, int], bool] = {}

    def request(self, prompt: Any, parameters: Mapping[str, Any] | None = None) -> Any:
        """Give whatever it makes of a prompt; for chat, of a conversation of one user message."""
        if self.wire.chat:
            return self.messages_request([Said("user", prompt)], parameters)
        return self._call(TO_BODY, prompt, {} if parameters is None else parameters)

    def messages_request(self, messages: Sequence[Said], parameters: Mapping[str, Any] | None = None) -> Any:
        """Give whatever it makes of a conversation."""
        return self.spoken_request(self.spoken(messages), parameters)

    def spoken(self, messages: Sequence[Said]) -> list[Any]:
        """Give a conversation in the form that it takes: LangChain's messages, or mappings."""
        return [one.as_langchain() if self._langchain else one.as_dict() for one in messages]

    def spoken_request(self, spoken: list[Any], parameters: Mapping[str, Any] | None = None) -> Any:
        """Give whatever it makes of a conversation that has this form."""
        name = TO_MESSAGES_BODY if hasattr(self.made, TO_MESSAGES_BODY) else TO_BODY
        return self._call(name, spoken, {} if parameters is None else parameters)

    def body(self, prompt: Any, parameters: Mapping[str, Any] | None = None) -> bytes:
        """Give the body that it makes of a prompt; a text counts as its UTF-8 bytes. Raises `Broken`."""
        return as_bytes(self.request(prompt, parameters))

    def messages_body(self, messages: Sequence[Said], parameters: Mapping[str, Any] | None = None) -> bytes:
        """Give the body that it makes of a conversation, likewise."""
        return as_bytes(self.messages_request(messages, parameters))

    def response(self, data: Any) -> Any:
        """Give whatever it makes of an answer's body."""
        return self._call(TO_TEXT, data)

    def text(self, data: Any) -> str:
        """Give the text that it finds in an answer's body. Raises `Broken` if what it gives has none."""
        given = self.response(data)
        text = text_of(given)
        if text is None:
            raise Broken(f"{TO_TEXT} returned {_kind(given)}, which has no text.", expected=Told("a text"), got=given)
        return text

    def _call(self, name: str, *values: Any) -> Any:
        method = getattr(self.made, name, None)
        if method is None:
            raise Raised(name, AttributeError(f"{type(self.made).__name__} has no {name}"))
        with theirs(name):
            given = method(*values, self.api_type) if self._takes(name, method, len(values)) else method(*values)
            return self._awaited(given) if inspect.isawaitable(given) else given

    def _takes(self, name: str, method: Callable[..., Any], values: int) -> bool:
        if (name, values) not in self._three:
            self._three[name, values] = takes_api_type(method, values)
        return self._three[name, values]

    def _awaited(self, given: Awaitable[Any]) -> Any:
        async def whole() -> Any:
            return await given

        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(whole())

    def __del__(self) -> None:
        if (runner := getattr(self, "_runner", None)) is not None:
            runner.get_loop().close()  # not the runner itself: another loop may be running just then


def takes_api_type(method: Callable[..., Any], values: int) -> bool:
    """Tell whether a method takes one more argument than its values."""
    try:
        parameters = inspect.signature(method).parameters.values()
    except (TypeError, ValueError):
        return True
    if any(one.kind is one.VAR_POSITIONAL for one in parameters):
        return True
    return sum(one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD) for one in parameters) > values


def kind_of(made: Any, api_type: str) -> Any:
    """Give the api type as the formatter's own module names it, as a member of its enumeration."""
    for module in modules_of(made):
        names = getattr(module, "AzureMLEndpointApiType", None)
        if names is not None:
            return names(api_type)
    return AzureMLEndpointApiType(api_type)


def modules_of(made: Any) -> Iterator[Any]:
    """Give the modules in which a formatter's class and its bases were written."""
    for one in type(made).__mro__:
        if one.__module__ in sys.modules:
            yield sys.modules[one.__module__]


def as_bytes(body: Any) -> bytes:
    """Give a body's bytes. Raises `Broken` for what is neither bytes nor text."""
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    raise Broken(f"{TO_BODY} returned {_kind(body)}, not bytes.", expected=Told("bytes"), got=body)


def text_of(given: Any) -> str | None:
    """Give the text of what a formatter returned, or None if there is none in it."""
    message = getattr(given, "message", given)
    for one in (given, getattr(message, "content", None), getattr(given, "text", None)):
        if isinstance(one, str):
            return one
    return None


def _kind(given: Any) -> str:
    return "None" if given is None else f"a {type(given).__name__}"
