"""Integration tests of string LLMs: what shows only when the model is called."""

from contract_tests.langchain_standard.llms.invoking import InvokingTests
from contract_tests.langchain_standard.llms.steering import SteeringTests
from contract_tests.langchain_standard.llms.streaming import StreamingTests


class LLMIntegrationTests(InvokingTests, StreamingTests, SteeringTests):
    """Base class for integration tests of string LLMs.

    Subclasses must say `llm_class`, and `llm_params` unless the class needs none. The tests call the model.

    ```python
    class TestMyLLMIntegration(LLMIntegrationTests):
        @property
        def llm_class(self) -> type[MyLLM]:
            return MyLLM

        @property
        def llm_params(self) -> dict:
            # Of deterministic models more can be tested: see `is_deterministic`.
            return {"model": "bird-brain-001", "temperature": 0}
    ```

    What a model can do is said by properties, each a capability:

    ??? info "`has_streaming`"

        Whether a stream comes in more than one piece. By default: whether the class has a `_stream` of its own.

    ??? info "`supports_stop`"

        Whether the model stops before a text in `stop`. True by default.

    ??? info "`length_limit_kwargs`"

        Parameters of a call that cut its answer short, `{"max_tokens": 3}` by default; `{}` if there are none.

    ??? info "`returns_token_usage`"

        Whether `llm_output` has `model_name`, and summed over the prompts `token_usage`, such as
        `{"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}`. True by default.

    ??? info "`returns_finish_reason`"

        Whether `generation_info` says `finish_reason`. True by default.

    ??? info "`is_deterministic`"

        Whether the same call always gives the same text. False by default.

    ??? info "`prompt`"

        A prompt that is answered by at least a dozen different words.
    """
