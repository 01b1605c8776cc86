"""The content formatters for text prompts, one per shape that Azure's model catalogue has used."""

from collections.abc import Mapping
from typing import Any, ClassVar

from azureml_endpoint.addresses import AzureMLEndpointApiType
from azureml_endpoint.formatters.contract import ContentFormatterBase, Parameters, says_error
from azureml_endpoint.formatters.escapes import escape
from azureml_endpoint.generations import Generation, choice_info

_serverless = AzureMLEndpointApiType.serverless


class GPT2ContentFormatter(ContentFormatterBase):
    """GPT-2 and its like: `{"inputs": {"input_string": [..]}, "parameters": {..}}`, answer `[{"0": ".."}]`."""

    expected = '[{"0": "text"}]'

    def request_body(self, prompt: str, parameters: Parameters, api_type: AzureMLEndpointApiType) -> Any:
        """Return the body of the first generation of model cards."""
        return {"inputs": {"input_string": [prompt]}, "parameters": parameters}

    def response_text(self, answer: Any, api_type: AzureMLEndpointApiType) -> str | Generation | None:
        """Return the first row's text."""
        match answer:
            case [{"0": str(text)}, *_]:
                return text
        return None


class OSSContentFormatter(GPT2ContentFormatter):
    """The former name of `GPT2ContentFormatter`."""


class HFContentFormatter(ContentFormatterBase):
    """Hugging Face models: `{"inputs": [..], "parameters": {..}}`, answer `[{"0": {"generated_text": ".."}}]`.

    Hugging Face's own `[{"generated_text": ".."}]` is read too.
    """

    expected = '[{"0": {"generated_text": "text"}}] or [{"generated_text": "text"}]'

    def request_body(self, prompt: str, parameters: Parameters, api_type: AzureMLEndpointApiType) -> Any:
        """Return the body of Hugging Face's inference toolkit."""
        return {"inputs": [prompt], "parameters": parameters}

    def response_text(self, answer: Any, api_type: AzureMLEndpointApiType) -> str | Generation | None:
        """Return the first generated text."""
        match answer:
            case [{"0": {"generated_text": str(text)}}, *_] | [{"generated_text": str(text)}, *_]:
                return text
        return None

    def langchain_prompt(self, prompt: str, api_type: AzureMLEndpointApiType) -> str:
        """Return the prompt in literal quotes: LangChain escapes it too, but drops the result (measured)."""
        return f'"{prompt}"'


class DollyContentFormatter(ContentFormatterBase):
    """Dolly: `{"input_data": {"input_string": [..]}, "parameters": {..}}`, answer `[".."]`."""

    expected = '["text"]'

    def request_body(self, prompt: str, parameters: Parameters, api_type: AzureMLEndpointApiType) -> Any:
        """Return Dolly's body, its parameters beside the input."""
        return {"input_data": {"input_string": [prompt]}, "parameters": parameters}

    def response_text(self, answer: Any, api_type: AzureMLEndpointApiType) -> str | Generation | None:
        """Return the first text."""
        match answer:
            case [str(text), *_]:
                return text
        return None


class CustomOpenAIContentFormatter(ContentFormatterBase):
    """Llama, Falcon, Mistral and most of the catalogue, dedicated or serverless.

    Dedicated: `{"input_data": {"input_string": [..], "parameters": {..}}}`, answer `[{"0": ".."}]`.
    Serverless: `{"prompt": "..", **parameters}`, answer `{"choices": [{"text": ".."}]}`, of which the first
    choice is returned; finish reason, log probabilities and, unlike LangChain, usage are in `generation_info`.
    """

    expected = '[{"0": "text"}], or {"choices": [{"text": "text"}]} of a serverless endpoint'
    reserved: ClassVar[Mapping[AzureMLEndpointApiType, frozenset[str]]] = {_serverless: frozenset({"prompt"})}

    @property
    def supported_api_types(self) -> list[AzureMLEndpointApiType]:
        """Both."""
        return [AzureMLEndpointApiType.dedicated, _serverless]

    def request_body(self, prompt: str, parameters: Parameters, api_type: AzureMLEndpointApiType) -> Any:
        """Return the body of the second generation of model cards, or OpenAI's."""
        if api_type is _serverless:
            return {"prompt": prompt, **parameters}
        return {"input_data": {"input_string": [prompt], "parameters": parameters}}

    def response_text(self, answer: Any, api_type: AzureMLEndpointApiType) -> str | Generation | None:
        """Return the first row's text, or the first choice."""
        match answer:
            case {"choices": [{"text": str(text)} as choice, *_]} if api_type is _serverless:
                if not text and says_error(answer):
                    return None
                return self._generation(text, choice, answer)
            case [{"0": str(text)}, *_] if api_type is not _serverless:
                return text
        return None

    def langchain_prompt(self, prompt: str, api_type: AzureMLEndpointApiType) -> str:
        """Return the prompt escaped, in literal quotes on dedicated endpoints only."""
        return escape(prompt) if api_type is _serverless else f'"{escape(prompt)}"'

    def _generation(self, text: str, choice: Mapping[str, Any], answer: Mapping[str, Any]) -> Generation:
        if self._compatible:
            return Generation(text.strip(), choice_info(choice))
        beside = {name: answer[name] for name in ("usage", "model", "id") if answer.get(name) is not None}
        return Generation(text, {**choice_info(choice), **beside})


class LlamaContentFormatter(CustomOpenAIContentFormatter):
    """The former name of `CustomOpenAIContentFormatter`."""
