"""What an answer source is asked: a prompt, and all that an answer may depend on."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from azureml_emulator import tokens
from azureml_emulator.draw import Draw, canonical
from azureml_emulator.memo import Turns
from azureml_emulator.schema import Answer, Prompt, Reading

_LIMITS = frozenset(
    (
        "max_new_tokens",
        "max_tokens",
        "max_completion_tokens",
        "max_gen_len",
        "max_length",
        "stop",
        "return_full_text",
        "stream",
        "stop_sequences",
        "stream_options",
        "n",
        "logprobs",
        "top_logprobs",
        "parallel_tool_calls",
        "user",
    )
)


SECRET = frozenset(("authorization", "api-key", "x-api-key", "ocp-apim-subscription-key", "cookie"))
"""Headers that carry keys: nobody is shown what they say."""


class Occasion(NamedTuple):
    """What the request says beside what the model reads, and where in the course of events it stands.

    `headers` are looked up by lower-case name; `arrival` is how often this very request has come, from 1; `turns` are
    those that the request takes, without them each is the first.
    """

    schema: str = ""
    headers: Mapping[str, str] = MappingProxyType({})
    arrival: int = 1
    turns: Turns | None = None


class Ask(NamedTuple):
    """One prompt with all that an answer may depend on: the request it is part of, the seed, the endpoint.

    `choice` is the number of the answer, where several to one prompt are wanted (`n`).
    """

    prompt: Prompt
    reading: Reading
    seed: int = 0
    endpoint: str = ""
    choice: int = 0
    occasion: Occasion = Occasion()

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The generation parameters, as sent."""
        return self.reading.parameters

    @property
    def draw(self) -> Draw:
        """Randomness fixed by seed, endpoint, prompt, and the parameters that are not mere limits.

        A lower token limit or a stop sequence so shortens an answer instead of changing it.
        """
        chosen = {name: value for name, value in self.parameters.items() if name not in _LIMITS}
        asked = [self.prompt.text, list(self.prompt.messages)]
        draw = Draw.of(str(self.seed).encode(), self.endpoint.encode(), canonical(asked), canonical(chosen))
        return draw.within(b"choice %d" % self.choice) if self.choice else draw

    def cut(self, text: str) -> Answer:
        """Apply the caller's stop sequences, token limit and `return_full_text` to a text."""
        limit, reason = self.reading.token_limit, "stop"
        ends = [at for stop in self._stops() if (at := text.find(stop)) >= 0]
        text = text[: min(ends)] if ends else text
        if limit is not None and tokens.count(text) > limit:
            text, reason = tokens.head(text, limit), "length"
        full = self.parameters.get("return_full_text")
        repeat = self.reading.full_text if full is None else full
        return Answer(self.prompt.text + text if repeat else text, reason)

    def turn(self, thing: object) -> int:
        """Let a thing take its turn, counted from 1: one for a request, however many prompts that has."""
        return self.occasion.turns.of(thing) if self.occasion.turns else 1

    def ahead(self) -> "Ask":
        """Ask for what would be answered now, without any turn being taken."""
        turns = self.occasion.turns
        return self._replace(occasion=self.occasion._replace(turns=turns.ahead())) if turns else self

    def _stops(self) -> list[str]:
        stop = self.parameters.get("stop", self.parameters.get("stop_sequences"))
        return [one for one in (stop if isinstance(stop, list) else [stop]) if isinstance(one, str) and one]
