"""Where answers come from: each source turns what is asked into a text."""

import importlib
from abc import abstractmethod
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache
from threading import Lock
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic.dataclasses import dataclass

from azureml_emulator import tokens
from azureml_emulator.draw import Draw, canonical
from azureml_emulator.errors import ScoringFailed
from azureml_emulator.schema import Answer, Prompt, Reading
from azureml_emulator.variant import Variant

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)
_SPEAKING = Lock()
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


class Ask(NamedTuple):
    """One prompt with all that an answer may depend on: the request it is part of, the seed, the endpoint.

    `choice` is the number of the answer, where several to one prompt are wanted (`n`).
    """

    prompt: Prompt
    reading: Reading
    seed: int = 0
    endpoint: str = ""
    choice: int = 0

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
        limit, reason = self._token_limit(), "stop"
        ends = [at for stop in self._stops() if (at := text.find(stop)) >= 0]
        text = text[: min(ends)] if ends else text
        if limit is not None and tokens.count(text) > limit:
            text, reason = tokens.head(text, limit), "length"
        full = self.parameters.get("return_full_text")
        repeat = self.reading.full_text if full is None else full
        return Answer(self.prompt.text + text if repeat else text, reason)

    def _token_limit(self) -> int | None:
        for name in ("max_new_tokens", "max_tokens", "max_completion_tokens", "max_gen_len", "max_length"):
            limit = self.parameters.get(name)
            if isinstance(limit, int) and not isinstance(limit, bool):
                return limit
        return self.reading.max_tokens

    def _stops(self) -> list[str]:
        stop = self.parameters.get("stop", self.parameters.get("stop_sequences"))
        return [one for one in (stop if isinstance(stop, list) else [stop]) if isinstance(one, str) and one]


class AnswerSource(Variant):
    """Says what the model answers."""

    @abstractmethod
    def answer(self, ask: Ask) -> Answer:
        """Answer one prompt. Raises `ScoringFailed` where a score.py would raise."""


@dataclass(frozen=True, config=_STRICT)
class Echo(AnswerSource):
    """The decoded prompt comes back, whole and unchanged, whatever the parameters say.

    This is the default: it shows what really arrived at the model. For chat, the last message comes back.
    """

    def answer(self, ask: Ask) -> Answer:
        return Answer(ask.prompt.text)


@dataclass(frozen=True, config=_STRICT)
class Fixed(AnswerSource):
    """Always the same `text`."""

    example = MappingProxyType({"text": "Paris."})

    text: str

    def answer(self, ask: Ask) -> Answer:
        return Answer(self.text)


def _known_locale(name: str) -> str:
    from faker.config import AVAILABLE_LOCALES

    if name not in AVAILABLE_LOCALES:
        raise ValueError(f"expected a locale of Faker, such as en_US, de_DE or ja_JP, not {name!r}")
    return name


@dataclass(frozen=True, config=_STRICT)
class Faker(AnswerSource):
    """Readable nonsense in the language of `locale`, the same for the same seed, endpoint, prompt and parameters.

    Honours `max_new_tokens`/`max_tokens`, `stop` and `return_full_text`, which is true by default for text
    generation, as it is in Azure's containers. When a tool spoke last, the answer begins with what it said.
    """

    example = MappingProxyType({"locale": "de_DE"})

    locale: Annotated[str, AfterValidator(_known_locale)] = "en_US"

    def answer(self, ask: Ask) -> Answer:
        fake, draw = _faker(self.locale), ask.draw
        with _SPEAKING:  # emulators in other threads speak with the same voice
            fake.seed_instance(draw.integer(b"text"))
            text = " ".join(fake.sentence() for _ in range(2 + draw.integer(b"length") % 6))
        if ask.prompt.messages and ask.prompt.messages[-1].get("role") == "tool":
            text = f"{ask.prompt.text} {text}"
        return ask.cut(text)


@cache
def _faker(locale: str) -> Any:
    from faker import Faker as Library

    return Library(locale)


def load(name: Any) -> Any:
    """Import `module:attribute`; anything but a string is given back as it is.

    Raises `ValueError` saying which half was not found.
    """
    if not isinstance(name, str):
        return name
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise ValueError(f"expected module:function, not {name!r}")
    try:
        return getattr(importlib.import_module(module), attribute)
    except AttributeError:
        raise ValueError(f"module {module!r} has no {attribute!r}") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001  a user's module may do anything when it is imported
        raise ValueError(f"cannot import {module!r}: {type(error).__name__}: {error}") from None


Function = Annotated[
    Callable[[str, dict[str, Any]], str],
    BeforeValidator(load),
    WithJsonSchema({"type": "string", "pattern": "^[^:]+:[^:]+$"}),
]
"""A user's answer: takes the prompt's text and the parameters, gives the answer's text."""


@dataclass(frozen=True, config=_STRICT)
class Python(AnswerSource):
    """What a Python `function(prompt, parameters)` returns, given as `module:function`.

    It runs on the emulator's own thread, so it should not block. When it raises, or returns no string, the
    caller sees what a failing score.py causes: 424 on a dedicated endpoint, 500 on a serverless one.
    """

    example = MappingProxyType({"function": "textwrap:shorten"})

    function: Function

    def answer(self, ask: Ask) -> Answer:
        try:
            text = self.function(ask.prompt.text, deepcopy(dict(ask.parameters)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise ScoringFailed(f"{type(error).__name__}: {error}") from error
        if not isinstance(text, str):
            raise ScoringFailed(f"the answer function returned {type(text).__name__}, not str")
        return Answer(text)
