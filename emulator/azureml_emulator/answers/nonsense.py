"""Readable nonsense."""

from functools import cache
from threading import Lock
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic.dataclasses import dataclass

from azureml_emulator.answers.ask import Ask
from azureml_emulator.answers.source import STRICT, AnswerSource
from azureml_emulator.schema import Answer

_SPEAKING = Lock()


def _known_locale(name: str) -> str:
    from faker.config import AVAILABLE_LOCALES

    if name not in AVAILABLE_LOCALES:
        raise ValueError(f"expected a locale of Faker, such as en_US, de_DE or ja_JP, not {name!r}")
    return name


@dataclass(frozen=True, config=STRICT)
class Faker(AnswerSource):
    """Readable nonsense in the language of `locale`, the same for the same seed, endpoint, prompt and parameters.

    Honours `max_new_tokens`/`max_tokens`, `stop` and `return_full_text`, which is true by default for text
    generation, as it is in Azure's containers. When a tool spoke last, the answer begins with what it said.
    """

    example = MappingProxyType({"locale": "de_DE"})
    repeats = True

    locale: Annotated[str, AfterValidator(_known_locale)] = "en_US"
    """A language and a country, as the library Faker names them."""

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
