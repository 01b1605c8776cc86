"""The standard integration tests of string LLMs, on `AzureMLOnlineEndpoint` against the emulator, shape by shape.

All that an endpoint can do is declared. What is skipped, and why:

* on `/score`, usage and finish reason: the containers answer with nothing but text; a stream of it is one piece

Streams of a dedicated endpoint's own `/completions` tell no usage (measured); no test asks for it.
"""

from typing import Any

from azureml_endpoint.langchain import (
    AzureMLOnlineEndpoint,
    CustomOpenAIContentFormatter,
    DollyContentFormatter,
    GPT2ContentFormatter,
    HFContentFormatter,
)
from contract_tests.langchain_standard.llms import LLMIntegrationTests
from contract_tests.langchain_standard.served import Served


class TestServerless(Served, LLMIntegrationTests):
    """A serverless endpoint, called as OpenAI's completions are."""

    llm_class = AzureMLOnlineEndpoint
    schema = "completions"
    formatter: Any = CustomOpenAIContentFormatter
    answer = "faker"
    is_deterministic = True

    @property
    def llm_params(self) -> dict[str, Any]:
        return {**self.settings, "temperature": 0}


class TestServerOfADedicatedEndpoint(TestServerless):
    """What Microsoft's LLM server has beside `/score`: OpenAI's completions."""

    schema = "llm-completions"


class TestScore(TestServerless):
    """`/score` of Llama 2, Falcon and most of the catalog."""

    schema = "llama"
    api_type = "dedicated"
    has_streaming = False
    returns_token_usage = False
    returns_finish_reason = False
    length_limit_kwargs = {"max_new_tokens": 3}


class TestScoreOfTheLLMServer(TestScore):
    """`/score` of newer models, on Microsoft's LLM server."""

    schema = "text-generation"


class TestGPT2(TestScore):
    """GPT-2 and its like."""

    schema = "gpt2"
    formatter = GPT2ContentFormatter


class TestDolly(TestScore):
    """Dolly."""

    schema = "dolly"
    formatter = DollyContentFormatter


class TestHuggingFace(TestScore):
    """Hugging Face's models in Azure's rows."""

    schema = "huggingface"
    formatter = HFContentFormatter
