"""The standard unit tests of string LLMs, on `AzureMLOnlineEndpoint`."""

from types import FunctionType
from typing import Any

import pytest

from azureml_endpoint.langchain import (
    AzureMLEndpointApiType,
    AzureMLOnlineEndpoint,
    CustomOpenAIContentFormatter,
    DollyContentFormatter,
    GPT2ContentFormatter,
    HFContentFormatter,
)
from contract_tests.langchain_standard.llms import LLMIntegrationTests, LLMUnitTests
from contract_tests.langchain_standard.served import KEY


class TestDedicated(LLMUnitTests):
    """A dedicated endpoint of most of the catalog."""

    llm_class = AzureMLOnlineEndpoint
    url = "https://llm.westeurope.inference.ml.azure.com/score"
    api_type = "dedicated"
    formatter: Any = CustomOpenAIContentFormatter

    @property
    def llm_params(self) -> dict[str, Any]:
        return {
            "endpoint_url": self.url,
            "endpoint_api_type": self.api_type,
            "api_key": KEY,
            "content_formatter": self.formatter(),
        }

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        variables = {
            "AZUREML_ENDPOINT_URL": self.url,
            "AZUREML_ENDPOINT_API_TYPE": self.api_type,
            "AZUREML_ENDPOINT_API_KEY": KEY,
            "AZUREML_DEPLOYMENT_NAME": "blue",
            "AZUREML_TIMEOUT": "7.5",
        }
        expected = {
            "endpoint_url": self.url,
            "endpoint_api_type": AzureMLEndpointApiType(self.api_type),
            "endpoint_api_key": KEY,
            "deployment_name": "blue",
            "timeout": 7.5,
        }
        return variables, {"content_formatter": self.formatter()}, expected


class TestGPT2(TestDedicated):
    """GPT-2 and its like."""

    formatter = GPT2ContentFormatter


class TestDolly(TestDedicated):
    """Dolly."""

    formatter = DollyContentFormatter


class TestHuggingFace(TestDedicated):
    """Hugging Face's models."""

    formatter = HFContentFormatter


class TestServerless(TestDedicated):
    """A serverless endpoint, called as OpenAI's completions are."""

    url = "https://llm.westeurope.models.ai.azure.com/v1/completions"
    api_type = "serverless"


def passes(self):
    """A test that stands in the place of a standard one."""


class TestGuard:
    """The guard itself: a test of a standard name is an error, unless it is expected to fail for a reason."""

    @staticmethod
    def guard(**tests):
        suite = type("TestOverriding", (TestDedicated,), tests)
        suite().test_no_overrides_DO_NOT_OVERRIDE()

    @pytest.mark.parametrize("test", [None, passes, pytest.mark.xfail(FunctionType(passes.__code__, {}))])
    def test_what_is_overridden_is_noticed(self, test):
        with pytest.raises(AssertionError, match="test_init"):
            self.guard(test_init=test)

    def test_a_reason_will_do(self):
        self.guard(test_init=pytest.mark.xfail(reason="known")(FunctionType(passes.__code__, {})), test_more=passes)

    def test_two_suites_in_one_class(self):
        with pytest.raises(AssertionError, match="Several"):
            type("TestBoth", (TestDedicated, LLMIntegrationTests), {})().test_no_overrides_DO_NOT_OVERRIDE()
