"""What is asked: each source gives the prompt of a request's number.

No two are alike unless somebody wants so: a warm cache answers faster than the endpoint would.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from azureml_bench.usage import WrongUsage


class Prompts(ABC):
    """A source of prompts."""

    @abstractmethod
    def prompt(self, number: int) -> str:
        """Give the prompt of a request; the same for the same number, in every process."""

    def described(self) -> str:
        """Say what they are in a line: the same for the same prompts but for their seed, wherever a file is kept."""
        return repr(self)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


@dataclass(frozen=True)
class Repeated(Prompts):
    """One text, again and again: to study caches."""

    text: str

    def prompt(self, number: int) -> str:
        return self.text

    def described(self) -> str:
        return f"the same text again and again, {len(self.text)} characters, {_digest(self.text)}"


@dataclass(frozen=True)
class Unique(Prompts):
    """Another source's prompts, each behind a number that no other has, so that no prefix is shared."""

    source: Prompts
    seed: int = 0

    def prompt(self, number: int) -> str:
        mixed = (number * 0x9E3779B1 + self.seed * 0x85EBCA6B) & 0xFFFFFFFF
        return f"[{mixed:08x}] {self.source.prompt(number)}"

    def described(self) -> str:
        return f"each behind a number of its own: {self.source.described()}"


@dataclass(frozen=True)
class Lines(Prompts):
    """The lines of a file in their order, from the beginning again after the last; empty ones are left out.

    A line of JSON may be a text, or an object with `prompt`.
    """

    file: Path

    def prompt(self, number: int) -> str:
        return self._lines[number % len(self._lines)]

    def described(self) -> str:
        return f"{len(self._lines)} of a file, {_digest(chr(10).join(self._lines))}"

    @cached_property
    def _lines(self) -> list[str]:
        import json

        try:
            lines = self.file.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            raise WrongUsage(f"--prompts {self.file}: expected text in UTF-8") from None
        found = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            if line[:1] not in ('"', "{"):
                found.append(line)
                continue
            try:
                value = json.loads(line)
            except ValueError:
                found.append(line)
                continue
            prompt = value.get("prompt") if isinstance(value, dict) else value
            if not isinstance(prompt, str):
                raise WrongUsage(f"--prompts {self.file}, line {number}: expected a text as its `prompt`")
            found.append(prompt)
        if not found:
            raise WrongUsage(f"--prompts {self.file}: expected a prompt a line, found none")
        return found


@dataclass(frozen=True)
class Made(Prompts):
    """Texts of about so many words that Faker makes up, another one for each number."""

    words: int = 50
    seed: int = 0

    def prompt(self, number: int) -> str:
        faker = self._faker
        faker.seed_instance(self.seed * 1_000_003 + number)
        return " ".join(faker.words(self.words))

    def described(self) -> str:
        return f"{self.words} words made up"

    @cached_property
    def _faker(self):  # type: ignore[no-untyped-def]  # Faker is loaded only where it is wanted
        from faker import Faker

        return Faker("en_US")
