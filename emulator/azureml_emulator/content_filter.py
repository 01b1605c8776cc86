"""Azure's content filter, triggered by words or a pattern: prompts are refused, answers are cut."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from azureml_emulator.api_type import SERVERLESS, ApiType
from azureml_emulator.errors import ContentFiltered, ContentUnsafe
from azureml_emulator.schema import Answer, Prompt, text_of

_REFUSALS: Mapping[ApiType, type[ContentFiltered]] = {SERVERLESS: ContentFiltered}


class ContentFilter(NamedTuple):
    """What triggers the filter: a regular expression."""

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, given: Any) -> Any:
        """Make the filter from a pattern, or from words in any case; anything else is given back as it is.

        Raises `ValueError` for what is no pattern, or has no words.
        """
        if isinstance(given, list | tuple) and given and all(isinstance(one, str) and one.strip() for one in given):
            words = "|".join(re.escape(one.strip()) for one in given)
            return cls(re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE))
        if isinstance(given, str) and given:
            try:
                return cls(re.compile(given))
            except re.error as error:
                raise ValueError(f"expected a regular expression or a list of words: {error}") from None
        if isinstance(given, str | list):
            raise ValueError("expected a regular expression or a list of words")
        return given

    def admit(self, prompts: Iterable[Prompt], api_type: ApiType) -> None:
        """Refuse what triggers the filter, in the words of the kind of endpoint. Raises `ContentFiltered`."""
        for prompt in prompts:
            said = [text_of(one.get("content")) for one in prompt.messages] or [prompt.text]
            if any(map(self.pattern.search, said)):
                raise _REFUSALS.get(api_type, ContentUnsafe)

    def passed(self, answer: Answer) -> Answer:
        """Let an answer pass up to what triggers the filter; its `finish_reason` says so (documented)."""
        found = self.pattern.search(answer.text)
        return Answer(answer.text[: found.start()], "content_filter") if found else answer
