"""The content formatters for conversations."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from azureml_endpoint.addresses import AzureMLEndpointApiType
from azureml_endpoint.errors import ResponseFormatError
from azureml_endpoint.formatters.contract import ContentFormatterBase, Parameters, says_error
from azureml_endpoint.formatters.escapes import escape
from azureml_endpoint.generations import ChatGeneration, choice_info
from azureml_endpoint.messages import AIMessage, WireMessage, parse_tool_calls, wire_message
from azureml_endpoint.payloads import decode, encode, encode_as_langchain
from azureml_endpoint.usage import usage_metadata

_serverless = AzureMLEndpointApiType.serverless


class ChatContentFormatterBase(ContentFormatterBase):
    """The frame of a formatter for conversations: as that of prompts, with messages in the prompt's place."""

    def messages_body(
        self, messages: list[WireMessage], parameters: Parameters, api_type: AzureMLEndpointApiType
    ) -> Any:
        """Return the body as plain JSON values for messages in OpenAI's shape. To be written by a subclass."""
        raise NotImplementedError

    def response_message(self, answer: Any, api_type: AzureMLEndpointApiType) -> AIMessage | None:
        """Return the message in a decoded answer, or None when it is not of the expected shape."""
        raise NotImplementedError

    def format_messages_request_payload(
        self,
        messages: Iterable[Any],
        model_kwargs: Mapping[str, Any] | None = None,
        api_type: AzureMLEndpointApiType = AzureMLEndpointApiType.dedicated,
    ) -> bytes:
        """Return the request's body as JSON bytes.

        Raises ValueError for a role or content that cannot be sent, and as `format_request_payload` does.
        """
        plain, parameters = AzureMLEndpointApiType.of(api_type).plain, dict(model_kwargs or {})
        wire = [wire_message(message) for message in messages]
        if self._compatible:
            return encode_as_langchain(self.messages_body(_langchain_messages(wire), parameters, plain))
        self._refuse_reserved(parameters, plain)
        return encode(self.messages_body(wire, parameters, plain), parameters)

    def format_request_payload(
        self,
        prompt: str,
        model_kwargs: Mapping[str, Any] | None = None,
        api_type: AzureMLEndpointApiType = AzureMLEndpointApiType.dedicated,
    ) -> bytes:
        """Return the body for a conversation of one user message."""
        if not isinstance(prompt, str):
            raise TypeError(f"prompt must be a str, not {type(prompt).__name__}")
        return self.format_messages_request_payload([prompt], model_kwargs, api_type)

    def format_response_payload(
        self,
        output: bytes,
        api_type: AzureMLEndpointApiType = AzureMLEndpointApiType.dedicated,
    ) -> ChatGeneration:
        """Return the message in an answer's body; ResponseFormatError, a ValueError, shows any other body."""
        reader = type(self).__name__
        message = self.response_message(decode(output, reader), AzureMLEndpointApiType.of(api_type).plain)
        if message is None:
            raise ResponseFormatError.of(reader, self.expected, output)
        if self._compatible:
            message.content = message.text.strip()
        return ChatGeneration(message, message.response_metadata or None)


class CustomOpenAIChatContentFormatter(ChatContentFormatterBase):
    """Chat models of the catalogue, dedicated or serverless.

    Dedicated: `{"input_data": {"input_string": [messages], "parameters": {..}}}`, answer `{"output": ".."}`,
    beside which newer containers put finish reason, usage and tool calls.
    Serverless: `{"messages": [..], **parameters}`, answer `{"choices": [{"message": {..}}]}`, of which the first
    choice is returned.
    """

    expected = '{"output": "text"}, or {"choices": [{"message": {"content": "text"}}]} of a serverless endpoint'
    reserved: ClassVar[Mapping[AzureMLEndpointApiType, frozenset[str]]] = {_serverless: frozenset({"messages"})}

    @property
    def supported_api_types(self) -> list[AzureMLEndpointApiType]:
        """Both."""
        return [AzureMLEndpointApiType.dedicated, _serverless]

    def messages_body(
        self, messages: list[WireMessage], parameters: Parameters, api_type: AzureMLEndpointApiType
    ) -> Any:
        """Return the body of the model cards, or OpenAI's."""
        if api_type is _serverless:
            return {"messages": messages, **parameters}
        return {"input_data": {"input_string": messages, "parameters": parameters}}

    def response_message(self, answer: Any, api_type: AzureMLEndpointApiType) -> AIMessage | None:
        """Return the output, or the first choice's message."""
        match answer:
            case {"choices": [{"message": dict(message)} as choice, *_]} if api_type is _serverless:
                return _choice_message(message, choice, answer)
            case {"output": str(text)} if api_type is not _serverless:
                beside = answer.keys() & {"finish_reason", "usage", "tool_calls"} or says_error(answer)
                return _choice_message({**answer, "content": text}, answer, answer) if beside else AIMessage(text)
        return None


class LlamaChatContentFormatter(CustomOpenAIChatContentFormatter):
    """The former name of `CustomOpenAIChatContentFormatter`."""


class MistralChatContentFormatter(CustomOpenAIChatContentFormatter):
    """Mistral models whose template knows no system role: its text goes in front of the next user message."""

    def messages_body(
        self, messages: list[WireMessage], parameters: Parameters, api_type: AzureMLEndpointApiType
    ) -> Any:
        """Return the body with the system messages merged away."""
        merged = _merged_as_langchain(messages) if self._compatible else _without_system(messages)
        return super().messages_body(merged, parameters, api_type)


def _without_system(messages: Iterable[WireMessage]) -> list[WireMessage]:
    """Put system texts in front of the user message that follows; with none to follow they become one."""
    merged: list[WireMessage] = []
    waiting: list[Any] = []
    for message in messages:
        if message["role"] == "system":
            waiting.append(message["content"])
            continue
        if waiting and message["role"] == "user":
            merged.append({**message, "content": _joined([*waiting, message["content"]])})
        else:
            merged += [{"role": "user", "content": _joined(waiting)}] * bool(waiting) + [message]
        waiting = []
    return merged + [{"role": "user", "content": _joined(waiting)}] * bool(waiting)


def _merged_as_langchain(messages: list[WireMessage]) -> list[WireMessage]:
    """Merge a leading system message into whatever message follows, as LangChain does (measured on 0.4.2)."""
    match messages:
        case [{"role": "system", "content": system}, following, *rest]:
            return [{**following, "content": _joined([system, following["content"]])}, *rest]
    return messages


def _joined(contents: list[Any]) -> Any:
    if all(isinstance(content, str) for content in contents):
        return "\n\n".join(contents)
    parts: list[Any] = []
    for content in contents:
        parts += [{"type": "text", "text": content}] if isinstance(content, str) else content
    return parts


def _langchain_messages(messages: Iterable[WireMessage]) -> list[WireMessage]:
    """Return messages as LangChain sends them: escaped, and nothing but role and content."""
    return [_langchain_message(message["role"], message["content"]) for message in messages]


def _langchain_message(role: str, content: Any) -> WireMessage:
    if role == "tool":
        raise ValueError("role 'tool' is not supported with langchain_compatible=True, as LangChain does not send it")
    if not isinstance(content, str):
        raise ValueError("content must be a text with langchain_compatible=True, as LangChain sends no other")
    return {"role": role, "content": escape(content)}


def _choice_message(
    message: Mapping[str, Any], choice: Mapping[str, Any], answer: Mapping[str, Any]
) -> AIMessage | None:
    info = choice_info(choice)
    calls, invalid = parse_tool_calls(_flat_calls(message.get("tool_calls")))
    content = message.get("content")
    if content is None and (calls or invalid or info["finish_reason"] in ("tool_calls", "content_filter", "length")):
        content = ""
    if not isinstance(content, str) or (not content and not calls and says_error(answer)):
        return None
    metadata = {**info, **{name: answer[name] for name in ("model", "usage") if answer.get(name) is not None}}
    return AIMessage(
        content,
        tool_calls=calls,
        invalid_tool_calls=invalid,
        usage_metadata=usage_metadata(answer.get("usage")),
        finish_reason=info["finish_reason"],
        response_metadata=metadata,
        id=answer["id"] if isinstance(answer.get("id"), str) else None,
    )


def _flat_calls(calls: Any) -> list[dict[str, Any]]:
    """Return OpenAI's tool calls as name, arguments as text, and id; what is not one is left out."""
    flat: list[dict[str, Any]] = []
    for call in calls if isinstance(calls, list) else ():
        match call:
            case {"function": {"name": str(name), **function}}:
                arguments = function.get("arguments")
                args = arguments if isinstance(arguments, str) else _as_text(arguments)
                flat.append({"name": name, "args": args, "id": call.get("id"), "index": call.get("index")})
    return flat


def _as_text(arguments: Any) -> str:
    """Return arguments as the text they should be: some servers send the object itself."""
    return "" if arguments is None else json.dumps(arguments)
