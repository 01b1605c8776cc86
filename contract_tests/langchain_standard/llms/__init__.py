"""Standard tests of string LLMs: what langchain-tests has for chat models, for LangChain's `BaseLLM`.

Subclass `LLMUnitTests` and `LLMIntegrationTests`, say which class is tested and how it is made, and inherit the rest:

    class TestMyLLM(LLMIntegrationTests):
        @property
        def llm_class(self):
            return MyLLM

        @property
        def llm_params(self):
            return {"model": "bird-brain-001"}

What a model cannot do is declared by properties, which skip the tests of it. Nothing here knows any one model. Needs
langchain-core, pytest, pytest-asyncio (`asyncio_mode=auto`) and pytest-benchmark.
"""

import pytest

for _module in ("base", "unit", "invoking", "streaming", "steering", "integration"):
    pytest.register_assert_rewrite(f"{__name__}.{_module}")

from contract_tests.langchain_standard.llms.integration import LLMIntegrationTests  # noqa: E402
from contract_tests.langchain_standard.llms.unit import LLMUnitTests  # noqa: E402

__all__ = ["LLMIntegrationTests", "LLMUnitTests"]
