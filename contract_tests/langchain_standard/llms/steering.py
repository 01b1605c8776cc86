"""What parameters do to an answer, and what an answer says beside its text."""

from typing import Any

import pytest
from langchain_core.language_models import BaseLLM

from contract_tests.langchain_standard.llms.base import LLMTests


class SteeringTests(LLMTests):
    """Tests of stop sequences, of limits, and of what the model tells of them."""

    async def test_stop_sequence(self, llm: BaseLLM) -> None:
        """Test that no answer contains the text to stop at. Skipped unless the model `supports_stop`.

        The text is a word of an answer to the very same prompt, so a model that pays no heed to it says it again.

        ??? question "Troubleshooting"

            If this test fails, check that `stop` arrives at the model from each way in: `_generate`, `_agenerate`,
            `_stream`, `_astream`. If the model has no such parameter, cut the answer yourself, for instance with
            `langchain_core.language_models.llms.enforce_stop_tokens`.
        """
        if not self.supports_stop:
            pytest.skip("Model does not support stop sequences.")
        word = self._word_of(llm.invoke(self.prompt))
        stop = [word]
        assert word not in llm.invoke(self.prompt, stop=stop)
        assert word not in await llm.ainvoke(self.prompt, stop=stop)
        assert word not in "".join(llm.stream(self.prompt, stop=stop))
        assert word not in "".join([piece async for piece in llm.astream(self.prompt, stop=stop)])
        assert word not in llm.bind(stop=stop).invoke(self.prompt)

    def test_stop_sequence_of_the_model(self, llm: BaseLLM) -> None:
        """Test that `stop` may be given to the constructor. Skipped unless the model `supports_stop`.

        ??? question "Troubleshooting"

            If this test fails, give the class a field `stop`, or take it as one of the model's parameters.
        """
        if not self.supports_stop:
            pytest.skip("Model does not support stop sequences.")
        word = self._word_of(llm.invoke(self.prompt))
        assert word not in self.made(stop=[word]).invoke(self.prompt)

    def test_parameters_of_a_call_are_forgotten(self, llm: BaseLLM) -> None:
        """Test that a call leaves no trace in the next one. Skipped unless the model `is_deterministic`.

        ??? question "Troubleshooting"

            If this test fails, a call changes the model's own parameters: copy them before you add those of the call.
        """
        if not self.is_deterministic:
            pytest.skip("Model is not deterministic.")
        first = llm.invoke(self.prompt)
        llm.invoke(self.prompt, stop=[self._word_of(first)], **self.length_limit_kwargs)
        assert llm.invoke(self.prompt) == first

    def test_length_limit(self, llm: BaseLLM) -> None:
        """Test that an answer can be cut short. Skipped without `length_limit_kwargs`.

        ??? question "Troubleshooting"

            If this test fails, check that keyword arguments of a call arrive at the model. Where the answer says why
            it ended, the reason is `length`.
        """
        if not self.length_limit_kwargs:
            pytest.skip("Model has no limit for the length of an answer.")
        whole = llm.generate([self.prompt]).generations[0][0]
        cut = llm.generate([self.prompt], **self.length_limit_kwargs).generations[0][0]
        assert len(cut.text) < len(whole.text)
        if self.returns_finish_reason:
            assert (cut.generation_info or {}).get("finish_reason") == "length"

    async def test_token_usage(self, llm: BaseLLM) -> None:
        """Test that tokens are counted, over all prompts. Skipped unless the model `returns_token_usage`.

        ??? question "Troubleshooting"

            If this test fails, return from `_generate` and `_agenerate`

            ```python
            LLMResult(
                generations=[...],
                llm_output={
                    "token_usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
                    "model_name": "bird-brain-001",
                },
            )
            ```
        """
        if not self.returns_token_usage:
            pytest.skip("Model does not count tokens.")
        one = _usage(llm.generate([self.prompt]))
        assert one["total_tokens"] == one["prompt_tokens"] + one["completion_tokens"]
        for result in (llm.generate([self.prompt] * 2), await llm.agenerate([self.prompt] * 2)):
            assert _usage(result)["prompt_tokens"] == 2 * one["prompt_tokens"]
            assert isinstance(result.llm_output["model_name"], str)

    def test_finish_reason(self, llm: BaseLLM) -> None:
        """Test that an answer says why it ended. Skipped unless the model `returns_finish_reason`.

        ??? question "Troubleshooting"

            If this test fails, put `finish_reason` into the `generation_info` of each `Generation`.
        """
        if not self.returns_finish_reason:
            pytest.skip("Model does not say why it stops.")
        info = llm.generate([self.prompt]).generations[0][0].generation_info or {}
        assert info.get("finish_reason") in ("stop", "length")

    def _word_of(self, answer: str) -> str:
        """Return a word from the middle of an answer that is not in the prompt, for it may come back in front."""
        said = answer.removeprefix(self.prompt)
        words = [word for word in said.split() if len(word) > 3 and word not in self.prompt]
        assert words, f"The prompt must be answered by a dozen words, not {answer!r}."
        return words[len(words) // 2]


def _usage(result: Any) -> dict[str, int]:
    usage = (result.llm_output or {}).get("token_usage")
    assert usage, "llm_output has no token_usage."
    assert all(isinstance(usage[name], int) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    return usage
