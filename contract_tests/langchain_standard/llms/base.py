"""What the standard tests of string LLMs share: the model, what it can do, and that no test is left out unseen."""

from abc import abstractmethod
from typing import Any

import pytest
from langchain_core.language_models import BaseLLM

PACKAGE = __name__.rpartition(".")[0]


class LLMTests:
    """Base class for tests of string LLMs."""

    @property
    @abstractmethod
    def llm_class(self) -> type[BaseLLM]:
        """The class to test, e.g. `OpenAI`."""

    @property
    def llm_params(self) -> dict[str, Any]:
        """What the class is called with."""
        return {}

    @property
    def standard_llm_params(self) -> dict[str, Any]:
        """Parameters that every LLM of LangChain takes; `llm_params` come on top."""
        return {}

    @property
    def has_streaming(self) -> bool:
        """Whether a stream comes in more than one piece.

        By default: whether the class has a `_stream` of its own. Override it where the model behind it answers in one
        piece all the same.
        """
        return self.llm_class._stream is not BaseLLM._stream

    @property
    def supports_stop(self) -> bool:
        """Whether the model stops before a text in `stop`, so that the answer does not contain it."""
        return True

    @property
    def length_limit_kwargs(self) -> dict[str, Any]:
        """Parameters of a call that cut its answer short, e.g. `{"max_tokens": 3}`; none if there are none."""
        return {"max_tokens": 3}

    @property
    def returns_token_usage(self) -> bool:
        """Whether `llm_output` counts tokens as `token_usage` and says `model_name`."""
        return True

    @property
    def returns_finish_reason(self) -> bool:
        """Whether `generation_info` says `finish_reason`."""
        return True

    @property
    def is_deterministic(self) -> bool:
        """Whether the same call always gives the same text, so that calls can be compared with each other."""
        return False

    @property
    def prompt(self) -> str:
        """A prompt that is answered by at least a dozen different words."""
        return "Write three sentences about the sea."

    @pytest.fixture
    def llm(self, request: Any) -> BaseLLM:
        """The model; a test may ask for another with `@pytest.mark.parametrize("llm", [{...}], indirect=True)`."""
        return self.made(**(getattr(request, "param", None) or {}))

    def made(self, **params: Any) -> BaseLLM:
        """Return the model with further parameters."""
        return self.llm_class(**{**self.standard_llm_params, **self.llm_params, **params})

    def test_no_overrides_DO_NOT_OVERRIDE(self) -> None:  # noqa: N802
        """Test that no standard test is deleted or overridden.

        A test that is expected to fail is overridden with `@pytest.mark.xfail(reason="...")`.

        ??? question "Troubleshooting"

            If this test fails, a test of yours has the name of a standard one: rename it, declare by one of the
            properties that your model has no such capability, or say with `xfail` and a reason why it fails.
        """
        classes = [each for each in type(self).__mro__ if each.__module__.startswith(f"{PACKAGE}.")]
        assert classes, "No standard test base class found."
        standard = classes[0]
        others = [each for each in classes if not issubclass(standard, each)]
        assert not others, f"Several standard test classes in one: {standard}, {others}"

        names = [name for name in dir(standard) if name.startswith("test_")]
        own = {name: getattr(type(self), name, None) for name in names}
        changed = {name: test for name, test in own.items() if test is not getattr(standard, name)}
        unexplained = [name for name, test in changed.items() if not _is_explained(test)]
        assert not unexplained, f'Overridden without @pytest.mark.xfail(reason="..."): {unexplained}'


def _is_explained(test: Any) -> bool:
    marks = getattr(test, "pytestmark", ())
    return any(mark.name == "xfail" and mark.kwargs.get("reason") for mark in marks)
