"""One prompt or many, waited for or awaited; in chains, with callbacks and with a cache."""

from typing import Any

from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseLLM
from langchain_core.messages import HumanMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.outputs import Generation, LLMResult
from langchain_core.prompt_values import StringPromptValue
from langchain_core.prompts import PromptTemplate

from contract_tests.langchain_standard.llms.base import LLMTests


class Listener(BaseCallbackHandler):
    """A callback handler that remembers what it was told."""

    def __init__(self) -> None:
        self.metadata: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.results: list[LLMResult] = []

    def on_llm_start(self, *_: Any, metadata: Any = None, **__: Any) -> None:
        self.metadata.append(metadata or {})

    def on_llm_new_token(self, token: str, **_: Any) -> None:
        self.tokens.append(token)

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:
        self.results.append(response)


def is_answer(text: Any) -> bool:
    """Tell whether a model's answer is a text that says something."""
    return isinstance(text, str) and bool(text.strip())


class InvokingTests(LLMTests):
    """Tests of answers that come whole."""

    def test_invoke(self, llm: BaseLLM) -> None:
        """Test that `invoke` answers with a text.

        ??? question "Troubleshooting"

            If this test fails, begin with `_generate` (or `_call` of an `LLM`): it must return an `LLMResult` with a
            list of generations for each prompt. All other tests call it as well.
        """
        assert is_answer(llm.invoke(self.prompt))

    async def test_ainvoke(self, llm: BaseLLM) -> None:
        """Test that `ainvoke` answers with a text.

        ??? question "Troubleshooting"

            If `test_invoke` passes and this test fails, check `_agenerate`, by default `_generate` in a thread.
        """
        assert is_answer(await llm.ainvoke(self.prompt))

    def test_inputs(self, llm: BaseLLM) -> None:
        """Test that prompt values and messages are taken for prompts.

        ??? question "Troubleshooting"

            If this test fails, check whether the class overrides `invoke`; LangChain's own converts the input.
        """
        assert is_answer(llm.invoke(StringPromptValue(text=self.prompt)))
        assert is_answer(llm.invoke([HumanMessage(self.prompt)]))

    def test_unicode(self, llm: BaseLLM) -> None:
        """Test that a prompt may have any character, quotes, backslashes and line breaks too.

        ??? question "Troubleshooting"

            If this test fails, check how the request is encoded: as UTF-8, and by a JSON library.
        """
        assert is_answer(llm.invoke('Repeat: "Grüße,\n你好",\t\\ and 🌊. ' + self.prompt))

    def test_generate(self, llm: BaseLLM) -> None:
        """Test that `generate` answers several prompts in their order.

        ??? question "Troubleshooting"

            If this test fails, check that `_generate` returns one list of generations for each prompt.
        """
        self._check_generations(llm, llm.generate([self.prompt, "Hello", self.prompt]))

    async def test_agenerate(self, llm: BaseLLM) -> None:
        """Test that `agenerate` answers several prompts in their order.

        ??? question "Troubleshooting"

            See `test_generate`.
        """
        self._check_generations(llm, await llm.agenerate([self.prompt, "Hello", self.prompt]))

    def _check_generations(self, llm: BaseLLM, result: LLMResult) -> None:
        assert len(result.generations) == 3
        assert all(isinstance(each, Generation) for one in result.generations for each in one)
        texts = [one[0].text for one in result.generations]
        assert all(is_answer(text) for text in texts)
        if self.is_deterministic:
            assert texts == [llm.invoke(self.prompt), llm.invoke("Hello"), llm.invoke(self.prompt)]

    def test_batch(self, llm: BaseLLM) -> None:
        """Test that `batch` answers several inputs, one after the other too.

        ??? question "Troubleshooting"

            If this test fails, check whether the class can be called by several threads at once.
        """
        assert llm.batch([]) == []
        for config in ({}, {"max_concurrency": 1}):
            texts = llm.batch([self.prompt, "Hello"], config=config)
            assert len(texts) == 2
            assert all(is_answer(text) for text in texts)

    async def test_abatch(self, llm: BaseLLM) -> None:
        """Test that `abatch` answers several inputs, one after the other too.

        ??? question "Troubleshooting"

            If this test fails, check whether the class can be awaited several times at once.
        """
        assert await llm.abatch([]) == []
        for config in ({}, {"max_concurrency": 1}):
            texts = await llm.abatch([self.prompt, "Hello"], config=config)
            assert len(texts) == 2
            assert all(is_answer(text) for text in texts)

    async def test_chain(self, llm: BaseLLM) -> None:
        """Test that the model works between a prompt template and an output parser.

        ??? question "Troubleshooting"

            If this test fails, check whether the class overrides methods of `Runnable`.
        """
        chain = PromptTemplate.from_template("{request}") | llm | StrOutputParser()
        assert is_answer(chain.invoke({"request": self.prompt}))
        assert is_answer(await chain.ainvoke({"request": self.prompt}))

    async def test_callbacks(self, llm: BaseLLM) -> None:
        """Test that callbacks hear the beginning and the end, and what traces are told.

        ??? question "Troubleshooting"

            If this test fails, check whether the class overrides `invoke` or `generate`, and `_get_ls_params`.
        """
        listener = Listener()
        texts = [llm.invoke(self.prompt, {"callbacks": [listener]})]
        texts.append(await llm.ainvoke(self.prompt, {"callbacks": [listener]}))
        assert [each.generations[0][0].text for each in listener.results] == texts
        assert [each.get("ls_model_type") for each in listener.metadata] == ["llm", "llm"]

    async def test_cache(self) -> None:
        """Test that a cached answer is given again, but not to a call with another `stop`.

        ??? question "Troubleshooting"

            If this test fails, check that `_identifying_params` are the same for each call, and whether the class
            overrides `generate` or `agenerate`.
        """
        listener = Listener()
        llm = self.made(cache=InMemoryCache(), callbacks=[listener])
        first = llm.invoke(self.prompt)
        assert llm.invoke(self.prompt) == first
        assert await llm.ainvoke(self.prompt) == first
        assert len(listener.results) == 1
        llm.invoke(self.prompt, stop=["\n\n\n"])
        assert len(listener.results) == 2
