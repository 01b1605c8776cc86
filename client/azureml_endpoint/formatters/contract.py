"""What a content formatter is: from prompt and parameters to a body, and from an answer to its text.

A formatter of one's own subclasses `ContentFormatterBase` and either writes the two short methods
`request_body` and `response_text`, and leaves JSON, encoding and errors to the base, or overrides
`format_request_payload` and `format_response_payload` as with LangChain.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from azureml_endpoint.addresses import AzureMLEndpointApiType
from azureml_endpoint.errors import ResponseFormatError
from azureml_endpoint.formatters.escapes import escape
from azureml_endpoint.formatters.states import state
from azureml_endpoint.generations import Generation
from azureml_endpoint.payloads import decode, encode, encode_as_langchain

Parameters = dict[str, Any]


class ContentFormatterBase:
    """The frame of a formatter for text prompts.

    `langchain_compatible=True` sends langchain-community's bytes exactly, the prompt escaped twice and
    NaN let through as that does, for deployments tuned to them (measured on 0.4.2); answers are
    stripped where that strips them. Without it the prompt arrives exactly as it was passed.
    """

    content_type: str | None = "application/json"
    """The media type of the bodies, sent as Content-Type."""

    accepts: str | None = "application/json"
    """The media type of the answers, sent as Accept."""

    reserved: ClassVar[Mapping[AzureMLEndpointApiType, frozenset[str]]] = {}
    """Keys of the body that a parameter of the same name would overwrite, by api type."""

    expected: ClassVar[str] = "another shape"
    """The shape of the answers, for error messages."""

    format_error_msg: ClassVar[str] = "Error while formatting response payload. Is it the right content formatter?"

    def __init__(self, *, langchain_compatible: bool = False) -> None:
        self.langchain_compatible = langchain_compatible

    @staticmethod
    def escape_special_characters(prompt: str) -> str:
        """Return `prompt` escaped as langchain-community does; json.dumps needs none of it."""
        return escape(prompt)

    @property
    def supported_api_types(self) -> list[AzureMLEndpointApiType]:
        """The api types whose endpoints this formatter speaks to."""
        return [AzureMLEndpointApiType.dedicated]

    def request_body(self, prompt: str, parameters: Parameters, api_type: AzureMLEndpointApiType) -> Any:
        """Return the body as plain JSON values; `api_type` is never `realtime`. To be written by a subclass."""
        raise NotImplementedError

    def response_text(self, answer: Any, api_type: AzureMLEndpointApiType) -> str | Generation | None:
        """Return the text in a decoded answer, or None when it is not of the expected shape."""
        raise NotImplementedError

    def langchain_prompt(self, prompt: str, api_type: AzureMLEndpointApiType) -> str:
        """Return the prompt as langchain-community puts it into the body: escaped, in literal quotes."""
        return f'"{escape(prompt)}"'

    def format_request_payload(
        self,
        prompt: str,
        model_kwargs: Mapping[str, Any] | None = None,
        api_type: AzureMLEndpointApiType = AzureMLEndpointApiType.dedicated,
    ) -> bytes:
        """Return the request's body as JSON bytes.

        Raises TypeError for a prompt that is no text or a parameter that JSON cannot carry, ValueError for one
        that is NaN or would overwrite the prompt.
        """
        if not isinstance(prompt, str):
            raise TypeError(f"prompt must be a str, not {type(prompt).__name__}")
        plain, parameters = AzureMLEndpointApiType.of(api_type).plain, dict(model_kwargs or {})
        if self._compatible:
            return encode_as_langchain(self.request_body(self.langchain_prompt(prompt, plain), parameters, plain))
        self._refuse_reserved(parameters, plain)
        return encode(self.request_body(prompt, parameters, plain), parameters)

    def format_response_payload(
        self,
        output: bytes,
        api_type: AzureMLEndpointApiType = AzureMLEndpointApiType.dedicated,
    ) -> Any:
        """Return the generation in an answer's body; ResponseFormatError, a ValueError, shows any other body."""
        reader = type(self).__name__
        text = self.response_text(decode(output, reader), AzureMLEndpointApiType.of(api_type).plain)
        if text is None:
            raise ResponseFormatError.of(reader, self.expected, output)
        return text if isinstance(text, Generation) else Generation(text)

    @property
    def _compatible(self) -> bool:
        return bool(getattr(self, "langchain_compatible", False))

    def _refuse_reserved(self, parameters: Parameters, api_type: AzureMLEndpointApiType) -> None:
        for name in self.reserved.get(api_type, frozenset()) & parameters.keys():
            raise ValueError(f"parameter {name!r} would overwrite the {name} of the request; pass it as the input")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and state(self) == state(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in state(self).items() if value is not False)
        return f"{type(self).__name__}({settings})"


def says_error(answer: Mapping[str, Any]) -> bool:
    """Return whether a decoded answer holds an error, whatever is empty beside it."""
    return bool(answer.get("error"))
