"""Words for those who mistyped: what they may have meant, and what was expected."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

from pydantic import AfterValidator, ValidationError, WrapValidator


def nearest(word: str, known: Iterable[str]) -> str:
    """Give ` (did you mean 'x'?)` for the known word nearest to this one, or nothing."""
    found = get_close_matches(word.lower(), list(known), n=1)
    return f" (did you mean {found[0]!r}?)" if found else ""


def in_words(rule: str) -> WrapValidator:
    """Have what does not match its pattern, or is none of several kinds, refused in words: what was expected."""

    def checked(value: Any, check: Callable[[Any], Any]) -> Any:
        try:
            return check(value)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            if first["type"] == "string_pattern_mismatch" or first["loc"]:
                raise ValueError(f"expected {rule}") from None
            raise

    return WrapValidator(checked)


def _some(values: Any) -> Any:
    if not values:
        raise ValueError("expected at least one")
    return values


SOME = AfterValidator(_some)
"""Has an empty list refused, but one with something wrong in it for that alone."""
