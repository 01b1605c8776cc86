"""Everything that is sent and answered: the same in every run."""

import json
from typing import Any, NamedTuple

KEY = "benchmark-key"

PARAMETERS = {"temperature": 0.8, "max_new_tokens": 100, "top_p": 0.9, "do_sample": True}

PROMPT = (
    'Summarize in one sentence what he wrote: "The café on the corner\nwas closed, as it was every Monday, '
    "so we walked on to the harbour,\tand waited there for the boat.\" Don't add anything of your own."
)
"""A prompt of everyday length that has what needs escaping."""

CONVERSATION = (
    ("system", "You are a helpful assistant who answers briefly."),
    ("user", "What is a harbour?"),
    ("assistant", "A place on the coast where ships are moored."),
    ("user", PROMPT),
)

_COMPLETION = {
    "id": "0123456789abcdef0123456789abcdef",
    "object": "text_completion",
    "created": 1_700_000_000,
    "model": "benchmark",
    "choices": [{"index": 0, "text": PROMPT, "finish_reason": "stop", "logprobs": None}],
    "usage": {"prompt_tokens": 50, "total_tokens": 100, "completion_tokens": 50},
}
_MESSAGE = {"role": "assistant", "content": PROMPT, "tool_calls": None}
_CHAT = {
    **_COMPLETION,
    "object": "chat.completion",
    "choices": [{"index": 0, "message": _MESSAGE, "finish_reason": "stop", "logprobs": None}],
}


class Case(NamedTuple):
    """A formatter on an api type, and the answer it reads; names are the same in LangChain and here."""

    formatter: str
    api_type: str
    answer: Any

    @property
    def is_chat(self) -> bool:
        return "Chat" in self.formatter

    @property
    def output(self) -> bytes:
        return json.dumps(self.answer).encode()

    def __str__(self) -> str:
        return f"{self.formatter.removesuffix('ContentFormatter')} {self.api_type}"


CASES = (
    Case("GPT2ContentFormatter", "dedicated", [{"0": PROMPT}]),
    Case("HFContentFormatter", "dedicated", [{"0": {"generated_text": PROMPT}}]),
    Case("DollyContentFormatter", "dedicated", [PROMPT]),
    Case("CustomOpenAIContentFormatter", "dedicated", [{"0": PROMPT}]),
    Case("CustomOpenAIContentFormatter", "serverless", _COMPLETION),
    Case("CustomOpenAIChatContentFormatter", "dedicated", {"output": PROMPT}),
    Case("CustomOpenAIChatContentFormatter", "serverless", _CHAT),
    Case("MistralChatContentFormatter", "serverless", _CHAT),
)
"""Every formatter but OSS, Llama and LlamaChat, which are former names of the ones here."""


def gpt2_body(prompt: str) -> bytes:
    """A request to the endpoint that all clients and all servers are measured with."""
    return json.dumps({"inputs": {"input_string": [prompt]}, "parameters": PARAMETERS}).encode()


def chat_body(prompt: str) -> bytes:
    """A request for a chat's next message, not streamed."""
    return json.dumps({"model": "benchmark", "messages": [{"role": "user", "content": prompt}]}).encode()


SEVERAL = [f"{number}. {PROMPT}" for number in range(64)]
"""Different prompts, so that no server is asked the same thing all the time."""

ANSWER_TEXT = SEVERAL[-1]
"""What servers say that always say the same."""

GPT2_ANSWER = [{"0": ANSWER_TEXT}]
