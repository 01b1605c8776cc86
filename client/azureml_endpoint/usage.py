"""How many tokens an answer took: OpenAI's counts under LangChain's names."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict


class UsageMetadata(TypedDict):
    """Tokens of an answer, as the endpoint counted them.

    The details, `{"cache_read": 64}` or `{"reasoning": 12, "audio": 3}`, are there where the endpoint tells them.
    """

    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_token_details: NotRequired[dict[str, int]]
    output_token_details: NotRequired[dict[str, int]]


_INPUT = {"cached_tokens": "cache_read", "audio_tokens": "audio"}
_OUTPUT = {"reasoning_tokens": "reasoning", "audio_tokens": "audio"}


def usage_metadata(usage: Any) -> UsageMetadata | None:
    """Return OpenAI's `usage` under LangChain's names, or None when it is not one."""
    match usage:
        case {"prompt_tokens": int(prompt)}:
            completion = usage.get("completion_tokens")
            output = completion if isinstance(completion, int) else 0
            total = usage.get("total_tokens")
            counted = UsageMetadata(
                input_tokens=prompt,
                output_tokens=output,
                total_tokens=total if isinstance(total, int) else prompt + output,
            )
            if details := _details(usage.get("prompt_tokens_details"), _INPUT):
                counted["input_token_details"] = details
            if details := _details(usage.get("completion_tokens_details"), _OUTPUT):
                counted["output_token_details"] = details
            return counted
    return None


def _details(told: Any, names: Mapping[str, str]) -> dict[str, int]:
    """Return the counts that have a name here; what is no number is left out."""
    if not isinstance(told, dict):
        return {}
    return {name: told[wire] for wire, name in names.items() if isinstance(told.get(wire), int)}
