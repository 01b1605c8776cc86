"""Answers in pieces."""

import pytest
from langchain_core.language_models import BaseLLM
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import PromptTemplate

from contract_tests.langchain_standard.llms.base import LLMTests
from contract_tests.langchain_standard.llms.invoking import Listener, is_answer


class StreamingTests(LLMTests):
    """Tests of answers that come in pieces, in one where the model cannot do better."""

    def test_stream(self, llm: BaseLLM) -> None:
        """Test that `stream` gives texts, several where the model `has_streaming`.

        ??? question "Troubleshooting"

            If this test fails, let `_stream` yield a `GenerationChunk` for each piece. Without one LangChain's
            `stream` gives the whole answer at once.
        """
        self._check_pieces(list(llm.stream(self.prompt)), llm)

    async def test_astream(self, llm: BaseLLM) -> None:
        """Test that `astream` gives texts, several where the model `has_streaming`.

        ??? question "Troubleshooting"

            See `test_stream`, and check `_astream`, by default `_stream` in a thread.
        """
        self._check_pieces([piece async for piece in llm.astream(self.prompt)], llm)

    def _check_pieces(self, pieces: list[str], llm: BaseLLM) -> None:
        assert all(isinstance(piece, str) for piece in pieces)
        assert is_answer("".join(pieces))
        if self.has_streaming:
            assert len([piece for piece in pieces if piece]) > 1
        if self.is_deterministic:
            assert "".join(pieces) == llm.invoke(self.prompt)

    async def test_stream_callbacks(self, llm: BaseLLM) -> None:
        """Test that callbacks hear each piece, and the whole at the end.

        ??? question "Troubleshooting"

            If this test fails, let `_stream` and `_astream` call `run_manager.on_llm_new_token(text, chunk=chunk)`
            before they yield a piece.
        """
        for awaited in (False, True):
            listener = Listener()
            config = {"callbacks": [listener]}
            if awaited:
                text = "".join([piece async for piece in llm.astream(self.prompt, config)])
            else:
                text = "".join(llm.stream(self.prompt, config))
            assert [each.generations[0][0].text for each in listener.results] == [text]
            if self.has_streaming:
                assert "".join(listener.tokens) == text

    async def test_stream_in_a_chain(self, llm: BaseLLM) -> None:
        """Test that a chain passes the pieces on.

        ??? question "Troubleshooting"

            If `test_stream` passes and this test fails, check whether the class overrides `transform`.
        """
        chain = PromptTemplate.from_template("{request}") | llm | StrOutputParser()
        pieces = list(chain.stream({"request": self.prompt}))
        awaited = [piece async for piece in chain.astream({"request": self.prompt})]
        assert is_answer("".join(pieces))
        assert is_answer("".join(awaited))
        if self.has_streaming:
            assert min(len(pieces), len(awaited)) > 1

    async def test_astream_events(self, llm: BaseLLM) -> None:
        """Test that the events of a stream begin, bring the pieces, and end with the whole.

        ??? question "Troubleshooting"

            If this test fails, check the callbacks first: see `test_stream_callbacks`.
        """
        events = [event async for event in llm.astream_events(self.prompt, version="v2")]
        kinds = [event["event"] for event in events]
        assert (kinds[0], kinds[-1]) == ("on_llm_start", "on_llm_end")
        pieces = [event["data"]["chunk"] for event in events if event["event"] == "on_llm_stream"]
        assert is_answer("".join(pieces))

    def test_stream_finish_reason(self, llm: BaseLLM) -> None:
        """Test that the end of a stream says why it ended. Skipped unless the model `returns_finish_reason`.

        ??? question "Troubleshooting"

            If this test fails, put `finish_reason` into the `generation_info` of one chunk, the last one, and into no
            other: LangChain adds texts up.
        """
        if not (self.returns_finish_reason and self.has_streaming):
            pytest.skip("Model says no finish reason in streams.")
        listener = Listener()
        list(llm.stream(self.prompt, {"callbacks": [listener]}))
        info = listener.results[0].generations[0][0].generation_info or {}
        assert info.get("finish_reason") in ("stop", "length")
