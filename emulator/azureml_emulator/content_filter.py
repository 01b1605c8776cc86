"""Azure's content filter, triggered by words or a pattern: prompts are refused, answers are cut."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from azureml_emulator.api_type import SERVERLESS, ApiType
from azureml_emulator.errors import ContentFiltered, ContentFilteredPlainly, ContentUnsafe
from azureml_emulator.schema import Answer, Prompt, text_of

_BODIES: Mapping[str, type[ContentFiltered]] = {"error": ContentFiltered, "plain": ContentFilteredPlainly}
_EXPECTED = "expected a regular expression, a list of words, or a mapping with one of them as trigger"

SETTING: Mapping[str, Any] = {
    "anyOf": [
        trigger := {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
        },
        {
            "type": "object",
            "properties": {"trigger": trigger, "body": {"enum": list(_BODIES)}},
            "required": ["trigger"],
            "additionalProperties": False,
        },
    ]
}
"""The JSON Schema of its setting."""


class ContentFilter(NamedTuple):
    """What triggers the filter, and how a serverless endpoint words its refusal.

    Microsoft's documentation shows two bodies: an `error` with everything in it (the REST samples), and a `plain` one
    without that level (the reference).
    """

    trigger: re.Pattern[str]
    body: str = "error"

    @classmethod
    def of(cls, given: Any) -> Any:
        """Make the filter from a trigger, or from a mapping with a `trigger` and a `body`.

        A trigger is a pattern, or words in any case. Raises `ValueError` for what is neither; a filter is given back.
        """
        if isinstance(given, cls) or given is None:
            return given
        settings = dict(given) if isinstance(given, Mapping) else {"trigger": given}
        unknown = sorted(map(str, settings.keys() - {"trigger", "body"}))
        if unknown:
            raise ValueError(f"{_EXPECTED} (and perhaps a body), not {unknown[0]!r}")
        body = settings.get("body", "error")
        if body not in _BODIES:
            raise ValueError(f"body: expected one of {', '.join(_BODIES)}, not {body!r}")
        return cls(_pattern(settings.get("trigger")), body)

    def admit(self, prompts: Iterable[Prompt], api_type: ApiType) -> None:
        """Refuse what triggers the filter, in the words of the kind of endpoint. Raises `ContentFiltered`."""
        for prompt in prompts:
            said = [text_of(one.get("content")) for one in prompt.messages] or [prompt.text]
            if any(map(self.trigger.search, said)):
                raise refusal(api_type, self.body)

    def passed(self, answer: Answer) -> Answer:
        """Let an answer pass up to what triggers the filter; its `finish_reason` says so (documented)."""
        found = self.trigger.search(answer.text)
        return Answer(answer.text[: found.start()], "content_filter") if found else answer


def refusal(api_type: ApiType, body: str) -> ContentFiltered:
    """Refuse a prompt in the words of the kind of endpoint; `body` is which of two a serverless one sends."""
    return _BODIES[body]() if api_type is SERVERLESS else ContentUnsafe()


def _pattern(trigger: Any) -> re.Pattern[str]:
    if isinstance(trigger, list | tuple) and trigger and all(isinstance(one, str) and one.strip() for one in trigger):
        words = "|".join(re.escape(one.strip()) for one in trigger)
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    if not isinstance(trigger, str) or not trigger:
        raise ValueError(_EXPECTED)
    try:
        return re.compile(trigger)
    except re.error as error:
        raise ValueError(f"{_EXPECTED}: {error}") from None
